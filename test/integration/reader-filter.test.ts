import {
  type Cluster,
  connectCluster,
  listOffset,
  type Reader,
  RecordCursor,
  readRange,
  startReader,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic, until } from '../support/broker.ts';
import { readWithJava } from '../support/java-consumer.ts';
import { silent } from '../support/pipeline.ts';
import { type WrittenLog, writeRandomLog } from './reader-filter-log.ts';

/** One log each, in a partition of its own. */
const logs = [11, 23, 37, 41, 53, 67].map((seed, partition) => ({
  seed,
  partition,
  protocol: partition % 2 === 0 ? ('TV2' as const) : ('TV1' as const),
  isLeftOpen: partition % 3 === 2,
}));

interface KnownLog {
  written: WrittenLog;
  /** What Kafka's own consumer reads from the start. */
  expected: { offset: number; text: string }[];
  /** Where read_committed ends, and where the log does. */
  stableOffset: number;
  endOffset: number;
}

const brokers = inject('brokers');
let cluster: Cluster;
let topic: string;
let known: KnownLog[] | undefined;

beforeAll(async () => {
  cluster = await connectCluster(
    { brokers: brokers.split(','), clientId: 'filter-test' },
    { logger: silent },
  );
  topic = uniqueTopic('filter');
  await createTopic(brokers, topic, logs.length, { 'segment.ms': '60000' });
  const written = await Promise.all(
    logs.map((log) => writeRandomLog(cluster, { ...log, topic, steps: 110 })),
  );
  known = await learn(written);
});
afterAll(async () => {
  await Promise.all((known ?? []).map(({ written }) => written.close()));
  await cluster.close();
});
beforeEach((context) => {
  if (known === undefined) context.skip("neither Java with Kafka's jars nor its Docker image is there");
});

// An answer's state begins anew, so what an answer that begins at an offset holds is all that matters: with small ones the next few.
const reads = [
  { fetchBytesMax: 1024 * 1024, offsetsMax: Number.POSITIVE_INFINITY },
  { fetchBytesMax: 900, offsetsMax: 40 },
  { fetchBytesMax: 300, offsetsMax: 20 },
  { fetchBytesMax: 80, offsetsMax: 8 },
];

describe.each(reads)('in fetches of $fetchBytesMax bytes', ({ fetchBytesMax, offsetsMax }) => {
  test.each(logs)(
    "from every offset, read_committed is what Kafka's own consumer reads: seed $seed, $protocol",
    async ({ partition }) => {
      const { expected, stableOffset } = known![partition]!;
      const reader = startReader(cluster, { logger: silent, fetchBytesMax });
      try {
        for (let from = 0; from < stableOffset; from++) {
          const to = Math.min(stableOffset, from + offsetsMax);
          const wanted = expected
            .filter(({ offset }) => offset >= from && offset < to)
            .map(({ text }) => text);
          expect(await readTexts(reader, partition, from, to), `from offset ${from}`).toEqual(wanted);
        }
      } finally {
        await reader.close();
      }
    },
  );
});

test('the logs are as hostile as they are meant to be', async () => {
  const reader = startReader(cluster, { logger: silent, isolation: 'read_uncommitted' });
  for (const { partition, isLeftOpen } of logs) {
    const { written, expected, stableOffset, endOffset } = known![partition]!;
    expect(written.records).toBeGreaterThan(100);
    expect(expected.length).toBeGreaterThan(20);
    expect(written.aborted).toBeGreaterThan(written.records / 4);
    expect(stableOffset < endOffset).toBe(isLeftOpen);
    const all = await readTexts(reader, partition, 0, endOffset);
    expect(all.length).toBe(written.records);
  }
  await reader.close();
});

async function learn(written: WrittenLog[]): Promise<KnownLog[] | undefined> {
  const at = (where: 'stable' | 'latest') =>
    Promise.all(logs.map(({ partition }) => listOffset(cluster, topic, partition, where)));
  let stableOffsets: number[] = [];
  let endOffsets: number[] = [];
  // EndTxn answers before its markers are written; each makes the log longer by one.
  await until('all markers are written', async () => {
    stableOffsets = await at('stable');
    endOffsets = await at('latest');
    return logs.every(({ isLeftOpen }, i) => isLeftOpen || stableOffsets[i] === endOffsets[i]);
  });
  const read = await readWithJava({ brokers, topic });
  return read?.length === undefined
    ? undefined
    : logs.map(({ partition }, i) => ({
        written: written[i]!,
        stableOffset: stableOffsets[i]!,
        endOffset: endOffsets[i]!,
        expected: read
          .filter((record) => record.partition === partition)
          .map((record) => ({ offset: record.offset, text: textOf(record) })),
      }));
}

async function readTexts(
  reader: Reader,
  partition: number,
  fromOffset: number,
  toOffset: number,
): Promise<string[]> {
  const texts: string[] = [];
  const cursor = new RecordCursor();
  cursor.stopAt(toOffset);
  for await (const chunk of readRange(reader, { topic, partition, fromOffset, toOffset })) {
    cursor.load(chunk);
    while (cursor.next()) {
      const { offset, timestampMs, bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
      const key = keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd);
      const value = valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd);
      texts.push(textOf({ offset, timestampMs, key, value }));
    }
  }
  return texts;
}

function textOf(record: {
  offset: number;
  timestampMs: number | null;
  key: Uint8Array | null;
  value: Uint8Array | null;
}): string {
  const hex = (bytes: Uint8Array | null) => (bytes === null ? 'null' : Buffer.from(bytes).toString('hex'));
  return `${record.offset} ${record.timestampMs} ${hex(record.key)} ${hex(record.value)}`;
}
