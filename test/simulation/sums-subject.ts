import { streamLimits } from '@meanwhile/stream';
import { committedValues, isChunk } from './committed-records.ts';
import { problemsOf } from './stream-oracle.ts';
import type { Scenario } from './stream-scenario.ts';
import type { Subject } from './subject.ts';
import { windowSums } from './window-sums.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const decoder = new TextDecoder();

/** The small processor and its oracle: cheap enough for thousands of seeds. */
export const sumsSubject: Subject = {
  outputs: ['out', 'late'],
  labels: ['x', 'y', 'z'],
  lastLabel: 'last',
  // Small, so that a log of some hundred records reaches all of them.
  limits: {
    ...streamLimits,
    batchBytesMax: 1_500,
    outboxBytesMax: 4_000,
    sliceRecords: 3,
    transactionTimeoutMs: 800,
    chunkBytesMax: 120,
    chunksPerCommit: 1,
    snapshotInputBytesMin: 600,
    snapshotIntervalMs: 2_000,
    journalKeepMs: 1_500,
  },
  factory: (label, note) => windowSums(label, () => note('live silence')),
  draft(random, nowMs) {
    const timeMs = nowMs - (random.chance(0.15) ? random.int(0, 2_500) : random.int(0, 150));
    const extra = random.chance(0.05) ? random.int(20, 200) : random.int(0, 2);
    return { key: random.pick(KEYS), value: `${timeMs}|${random.int(1, 99)}|${extra}` };
  },
  problems: (scenario) =>
    scenario.partitions.flatMap((partition) =>
      problemsOf(truthOf(scenario, partition)).map((problem) => `partition ${partition}: ${problem}`),
    ),
};

function truthOf(scenario: Scenario, partition: number): Parameters<typeof problemsOf>[0] {
  const { cluster, topics, inputs } = scenario;
  const values = (topic: string) => committedValues(cluster.partition(topic, partition));
  const texts = (topic: string) => values(topic).map((value) => decoder.decode(value));
  return {
    input: inputs[partition]!.records,
    inputEnd: cluster.partition(topics.input, partition).highWatermark,
    results: texts(topics.outputs[0]!),
    late: texts(topics.outputs[1]!),
    journal: values(topics.journal)
      .filter((value) => !isChunk(value))
      .map((value) => JSON.parse(decoder.decode(value))),
    groupOffset: scenario.groupOffset(partition),
  };
}
