import {
  BatchBuilder,
  type Cluster,
  connectCluster,
  deleteRecordsBefore,
  listOffset,
  OffsetOutOfRangeError,
  openIdempotentWriter,
  type Reader,
  type ReaderOptions,
  RecordCursor,
  readRange,
  StopError,
  startReader,
  TransactionalWriter,
} from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';

const brokers = inject('brokers');
const logger = { debug() {}, info() {}, warn() {}, error() {} };
let cluster: Cluster;
let topic: string;
const readers: Reader[] = [];

beforeAll(async () => {
  cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'reader-test' }, { logger });
});
afterAll(() => cluster.close());

beforeEach(async () => {
  topic = uniqueTopic('reader');
  await createTopic(brokers, topic, 1);
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
});

test('read_committed gives exactly the committed records from every offset of a log of interleaved transactions', async () => {
  const committed = await writeInterleaved(20261124);
  const end = await listOffset(cluster, topic, 0, 'latest');
  expect(await listOffset(cluster, topic, 0, 'stable')).toBe(end);
  expect(committed.length).toBeGreaterThan(15);
  expect(end - committed.length).toBeGreaterThan(30);
  for (const fetchBytesMax of [80, 1024 * 1024]) {
    const reader = open({ fetchBytesMax });
    for (let from = 0; from < end; from++) {
      expect(await offsetsOf(reader, from, end)).toEqual(committed.filter((offset) => offset >= from));
    }
  }
}, 180_000);

test('a log is empty at the high watermark, not at the last stable offset, and not before the fetch was sent', async () => {
  const reader = open();
  const startMs = Date.now();
  const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
  await until(() => subscription.emptySinceMs >= startMs);
  expect(subscription.emptySinceMs).toBeLessThanOrEqual(Date.now());
  const writer = await openWriter(`${topic}-a`);
  await writer.send([{ topic, partition: 0, batch: batchOf('a', 'b') }]);
  await until(() => subscription.highWatermark === 2);
  expect([subscription.lastStableOffset, subscription.take(), subscription.emptySinceMs]).toEqual([
    0,
    undefined,
    Number.NEGATIVE_INFINITY,
  ]);
  const committedMs = Date.now();
  await writer.commit([], { topic, partition: 0, offset: 1 });
  await until(() => subscription.lastStableOffset === 3); // two records and the marker
  const cursor = new RecordCursor();
  for (let chunk = subscription.take(); chunk !== undefined; chunk = subscription.take()) {
    cursor.load(chunk);
    while (cursor.next());
  }
  expect(cursor.position).toBe(3);
  await until(() => subscription.emptySinceMs >= committedMs);
});

test('records that were deleted are an error that names the log start, which itself can be read from', async () => {
  const writer = await openWriter(`${topic}-a`);
  await writer.commit([{ topic, partition: 0, batch: batchOf('a', 'b', 'c', 'd') }], {
    topic,
    partition: 0,
    offset: 1,
  });
  await until(async () => (await listOffset(cluster, topic, 0, 'stable')) === 5);
  await deleteRecordsBefore(cluster, topic, 0, 2);
  const reader = open();
  for (const offset of [1, 6]) {
    const subscription = reader.subscribe({ topic, partition: 0, offset });
    await until(() => subscription.error !== undefined);
    expect(subscription.error).toBeInstanceOf(OffsetOutOfRangeError);
    expect(subscription.error).toMatchObject({ topic, partition: 0, offset, logStartOffset: 2 });
  }
  expect(await offsetsOf(reader, 2, 5)).toEqual([2, 3]);
});

test('a topic that is deleted is waited for, then a reason to stop', async () => {
  const reader = open({ unknownTopicMs: 3_000 });
  const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
  await until(() => subscription.emptySinceMs > 0);
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await until(() => subscription.error !== undefined);
  expect(subscription.error).toBeInstanceOf(StopError);
  expect(subscription.error!.message).toContain(`cannot read ${topic}-0`);
});

test('a topic created after the subscription is read from its start', async () => {
  const later = `${topic}-later`;
  const reader = open();
  const subscription = reader.subscribe({ topic: later, partition: 0, offset: 0 });
  await createTopic(brokers, later, 1);
  await until(() => subscription.emptySinceMs > 0);
  expect(subscription.error).toBeUndefined();
});

test("what kafkajs writes is read: gzip, headers, nulls, the broker's time", async () => {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  const startMs = Date.now();
  const headers = { trace: 'é' };
  await producer.send({
    topic,
    compression: kafkajs.CompressionTypes.GZIP,
    messages: [
      { key: 'k', value: 'v'.repeat(5_000), headers },
      { key: null, value: null, timestamp: String(startMs - 5_000) },
    ],
  });
  await producer.disconnect();
  const seen: unknown[] = [];
  for await (const cursor of cursorsOf(open(), 0, 2)) {
    while (cursor.next()) {
      const { keyStart, keyEnd, valueStart, valueEnd, headerCount, timestampMs } = cursor;
      expect(Math.abs(timestampMs - startMs)).toBeLessThan(60_000);
      seen.push([keyEnd - keyStart, keyStart < 0, valueEnd - valueStart, valueStart < 0, headerCount]);
    }
  }
  expect(seen).toEqual([
    [1, false, 5_000, false, 1],
    [0, true, 0, true, 0],
  ]);
});

test('a log many times the size of the buffers arrives whole and in order', async () => {
  const writer = await openIdempotentWriter(cluster, { topic, partitionFor: () => 0, logger });
  const value = Buffer.alloc(200, 'x');
  const count = 60_000;
  for (let i = 0; i < count; i++) await writer.append(Buffer.from(String(i)), value, Date.now());
  await writer.close();
  let next = 0;
  for await (const cursor of cursorsOf(open(), 0, count)) {
    while (cursor.next()) {
      if (cursor.offset !== next) expect(cursor.offset).toBe(next);
      next++;
    }
  }
  expect(next).toBe(count);
});

function open(options: Partial<ReaderOptions> = {}): Reader {
  const reader = startReader(cluster, { logger, ...options });
  readers.push(reader);
  return reader;
}

async function* cursorsOf(reader: Reader, fromOffset: number, toOffset: number): AsyncIterable<RecordCursor> {
  const cursor = new RecordCursor();
  for await (const chunk of readRange(reader, { topic, partition: 0, fromOffset, toOffset })) {
    cursor.load(chunk);
    yield cursor;
  }
}

async function offsetsOf(reader: Reader, fromOffset: number, toOffset: number): Promise<number[]> {
  const offsets: number[] = [];
  let position = fromOffset;
  for await (const cursor of cursorsOf(reader, fromOffset, toOffset)) {
    while (cursor.next()) offsets.push(cursor.offset);
    position = cursor.position;
  }
  expect(position).toBe(toOffset);
  return offsets;
}

/** Four producers append in turns and commit or abort at random; a takeover by the same transactional id aborts. */
async function writeInterleaved(seed: number): Promise<number[]> {
  const random = seededRandom(seed);
  const names = ['a', 'b', 'c', 'd'].map((name) => `${topic}-${name}`);
  const writers = await Promise.all(names.map(openWriter));
  const open: number[][] = names.map(() => []);
  const committed: number[] = [];
  const end = async (who: number, isCommit: boolean) => {
    if (open[who]!.length === 0) return;
    if (isCommit) {
      await writers[who]!.commit([], { topic, partition: 0, offset: 1 });
      committed.push(...open[who]!);
    } else {
      writers[who] = await openWriter(names[who]!);
    }
    open[who] = [];
  };
  for (let step = 0; step < 60; step++) {
    const who = Math.floor(random() * names.length);
    const values = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, i) => `${step}.${i}`);
    const [sent] = await writers[who]!.send([{ topic, partition: 0, batch: batchOf(...values) }]);
    open[who]!.push(...values.map((_, i) => sent!.baseOffset + i));
    if (random() < 0.4) await end(who, random() < 0.5);
  }
  for (const who of names.keys()) await end(who, who % 2 === 0);
  // EndTxn answers before its markers are written.
  await until(
    async () =>
      (await listOffset(cluster, topic, 0, 'stable')) === (await listOffset(cluster, topic, 0, 'latest')),
  );
  return committed.sort((a, b) => a - b);
}

function openWriter(transactionalId: string): Promise<TransactionalWriter> {
  return TransactionalWriter.open(cluster, {
    transactionalId,
    groupId: `${topic}-group`,
    timeoutMs: 60_000,
    logger,
  });
}

function batchOf(...values: string[]): BatchBuilder {
  const batch = new BatchBuilder(10_000);
  for (const text of values) {
    const value = Buffer.from(text);
    batch.append({
      key: null,
      keyStart: 0,
      keyEnd: 0,
      value,
      valueStart: 0,
      valueEnd: value.length,
      timestampMs: Date.now(),
    });
  }
  return batch;
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not so within 60 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
