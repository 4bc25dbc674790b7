import type { RecordCursor } from '@meanwhile/kafka';
import type { SimPartition } from '@meanwhile/kafka/testing';
import { streamLimits } from '@meanwhile/stream';
import { parseWindows } from '@meanwhile/windowing';
import { priceFactory } from '../../libs/averages/src/price-factory.ts';
import type { ResultSettings } from '../../libs/averages/src/result-settings.ts';
import { readHeaders } from '../support/checker-read.ts';
import { checkRecords } from '../support/checker-records.ts';
import type { LogRecord } from '../support/checker-types.ts';
import { committedRecords } from './committed-records.ts';
import type { Scenario } from './stream-scenario.ts';
import type { Subject } from './subject.ts';

const KEYS = ['BTC', 'ETH', 'SOL', 'XRP'];
/** What instances with different settings may take over from each other: definitions that go and come again would begin anew. */
const SETTINGS: Record<string, Partial<ResultSettings>> = {
  x: {},
  y: { aggregates: ['average', 'stddev'], maxKeys: 4 },
  z: { updateIntervalMs: 250 },
};
const WINDOWS = 'sliding:900ms,tumbling:500ms,session:400ms';
const OTHER_WINDOWS = 'sliding:900ms,hopping:1s/250ms,session:400ms';

/** The aggregator's own processor, and the checker that judges it on real topics. */
export const pricesSubject: Subject = {
  outputs: ['out', 'out-late', 'out-dead-letters'],
  labels: Object.keys(SETTINGS),
  lastLabel: 'other windows',
  limits: {
    ...streamLimits,
    batchBytesMax: 4_000,
    outboxBytesMax: 8_000,
    sliceRecords: 3,
    transactionTimeoutMs: 800,
    chunkBytesMax: 2_500,
    chunksPerCommit: 1,
    snapshotInputBytesMin: 1_500,
    snapshotIntervalMs: 2_000,
    journalKeepMs: 1_500,
  },
  factory: (label, note) =>
    priceFactory(settingsOf(label), {
      topic: 'in',
      onSilenceContradicted: () => note('silence contradicted'),
      onNoAppendTime: () => note('no append time'),
    }),
  draft(random, nowMs) {
    const key = random.pick(KEYS);
    if (random.chance(0.03)) return { key, value: '{"price":"many","timestamp":1}' };
    const timestamp = nowMs - (random.chance(0.15) ? random.int(0, 2_500) : random.int(0, 150));
    return { key, value: JSON.stringify({ symbol: key, price: random.int(1, 9_999) / 100, timestamp }) };
  },
  problems,
};

function settingsOf(label: string): ResultSettings {
  return {
    windows: parseWindows(label in SETTINGS ? WINDOWS : OTHER_WINDOWS).map((window) => ({
      ...window,
      emit: window.kind === 'sliding' ? 'updates' : window.kind === 'session' ? 'final' : 'both',
    })),
    graceMs: 200,
    idleTimeoutMs: 1_000,
    idleSkewMs: 400,
    maxAheadMs: 5_000,
    updateIntervalMs: 100,
    maxKeys: 3,
    aggregates: ['average', 'total', 'minimum', 'maximum', 'stddev'],
    valueField: 'price',
    timeField: 'timestamp',
    timeUnit: 'ms',
    ...SETTINGS[label],
  };
}

function problems(scenario: Scenario): string[] {
  const { cluster, topics } = scenario;
  const [averages, late, deadLetters] = topics.outputs as [string, string, string];
  const logs = (topic: string, partition: number) => recordsOf(cluster.partition(topic, partition));
  const report = checkRecords({
    inputTopic: topics.input,
    partitions: scenario.partitions.map((partition) => ({
      partition,
      input: logs(topics.input, partition),
      averages: logs(averages, partition),
      late: logs(late, partition),
      deadLetters: logs(deadLetters, partition),
      journal: logs(topics.journal, partition),
    })),
  });
  for (const [what, count] of Object.entries(report.counts)) if (count > 0) scenario.note(`checked: ${what}`);
  const { silencesContradicted } = report.counts;
  return silencesContradicted > 0
    ? [...report.problems, `${silencesContradicted} silences contradicted`]
    : report.problems;
}

function recordsOf(log: SimPartition): LogRecord[] {
  return Array.from(committedRecords(log), copy);
}

function copy(cursor: RecordCursor): LogRecord {
  const { offset, timestampMs, isLogAppendTime, bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  return {
    offset,
    timestampMs: timestampMs === -1 ? null : timestampMs,
    isLogAppendTime,
    key: keyStart === -1 ? null : bytes.slice(keyStart, keyEnd),
    value: valueStart === -1 ? null : bytes.slice(valueStart, valueEnd),
    headers: readHeaders(bytes.slice(cursor.headersStart, cursor.headersEnd), cursor.headerCount),
  };
}
