import {
  BatchBuilder,
  type Cluster,
  connectCluster,
  listOffset,
  type OutgoingRecord,
  RecordCursor,
  readRange,
  startReader,
  TransactionalWriter,
} from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freshTopic, until } from '../support/broker.ts';
import type { LogRecord } from '../support/checker-types.ts';
import { type JavaRecord, readWithJava } from '../support/java-consumer.ts';
import { whyNoJavaTools } from '../support/java-tools.ts';
import { silent } from '../support/pipeline.ts';
import { batchFields, readLog } from '../support/read-log.ts';

const brokers = inject('brokers');
let cluster: Cluster;
beforeAll(async () => {
  cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
});
afterAll(() => cluster.close());

test("Kafka's console consumer reads what the batch builder wrote", async (ctx) => {
  const reason = await whyNoJavaTools();
  if (reason !== undefined) ctx.skip(reason);
  const topic = await freshTopic(brokers, 'built');
  const sent = outgoingRecords();
  const batches = [new BatchBuilder()];
  for (const record of sent) {
    if (batches.at(-1)!.append(record)) continue;
    batches.push(new BatchBuilder());
    expect(batches.at(-1)!.append(record)).toBe(true);
  }
  expect(batches.length).toBe(3); // the one above the builder's size has a batch of its own
  const writer = await TransactionalWriter.open(cluster, {
    transactionalId: topic,
    groupId: topic,
    timeoutMs: 60_000,
    logger: silent,
  });
  const parts = batches.map((batch) => ({ topic, partition: 0, batch }));
  await writer.commit(parts, { topic, partition: 0, offset: 0 });

  const java = await readWithJava({ brokers, topic });
  const wanted = sent.map((record, offset) => ({
    offset,
    timestampMs: record.timestampMs === -1 ? null : record.timestampMs,
    isLogAppendTime: false,
    key: textOf(record.key),
    value: textOf(record.value),
    headers: [
      ...(record.rawHeaders === undefined ? [] : ['raw=null']),
      ...(record.headers ?? []).map(({ key, value }) => `${key}=${textOf(value)}`),
    ],
  }));
  expect(java!.map(plain)).toEqual(wanted);
  expect((await readLog(cluster, topic)).records.map(plain)).toEqual(wanted);
});

test('a compacted log reads as it does for Kafka, from every offset, gaps within packed batches included', async (ctx) => {
  const reason = await whyNoJavaTools();
  if (reason !== undefined) ctx.skip(reason);
  const topic = await freshTopic(brokers, 'compacted', 1, {
    'cleanup.policy': 'compact',
    'compression.type': 'lz4',
    'min.cleanable.dirty.ratio': '0.001',
    'segment.ms': '10000',
  });
  await writeToCompact(topic);
  // The broker's cleaner looks every 15 s.
  await until(
    'compaction',
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await readLog(cluster, topic)).records[0]!.offset > 0;
    },
    120_000,
  );
  const end = await listOffset(cluster, topic, 0, 'latest');
  const { records, batches } = await readLog(cluster, topic);
  const java = await readWithJava({ brokers, topic });
  expect(records.map(plain)).toEqual(java!.map(plain));
  expect(records.map(({ key, value }) => `${textOf(key)}=${textOf(value)}`)).toEqual([
    'k1=first',
    'k3=first',
    'k7=first',
    'k8=first',
    'k9=first',
    'k0=second',
    'k2=second',
    'k4=second',
    'k6=null', // a day later compaction takes this out too
    'k5=committed',
    'k5=last', // after what can be compacted
  ]);
  const gaps = batches.filter((batch) => {
    const count = batch.readInt32BE(batchFields.recordCount);
    return count > 0 && batch.readInt32BE(batchFields.lastOffsetDelta) >= count;
  });
  expect(gaps.length).toBeGreaterThan(0);

  const reader = startReader(cluster, { logger: silent });
  const cursor = new RecordCursor();
  for (let fromOffset = 0; fromOffset < end; fromOffset++) {
    const offsets: number[] = [];
    for await (const chunk of readRange(reader, { topic, partition: 0, fromOffset, toOffset: end })) {
      cursor.load(chunk);
      while (cursor.next()) offsets.push(cursor.offset);
    }
    expect(offsets).toEqual(records.map(({ offset }) => offset).filter((offset) => offset >= fromOffset));
    expect(cursor.position).toBe(end);
  }
  await reader.close();
});

/** Ten keys; some again, one deleted, two again in a transaction that is aborted, one in one that is committed; a new segment. */
async function writeToCompact(topic: string): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 });
  const startMs = Date.now();
  const messages = (keys: number[], value: string | null, afterMs: number) =>
    keys.map((key) => ({
      key: `k${key}`,
      value,
      partition: 0,
      timestamp: String(startMs + afterMs),
      headers: { of: `k${key}`, naïve: '☃' },
    }));
  const plainProducer = kafka.producer();
  const transactional = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
  await plainProducer.connect();
  await transactional.connect();
  const send = (list: ReturnType<typeof messages>) => plainProducer.send({ topic, acks: -1, messages: list });
  await send(messages([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'first', 0));
  await send(messages([0, 2, 4], 'second', 1));
  await send(messages([6], null, 2));
  const aborted = await transactional.transaction();
  await aborted.send({ topic, acks: -1, messages: messages([1, 3], 'aborted', 3) });
  await aborted.abort();
  const committed = await transactional.transaction();
  await committed.send({ topic, acks: -1, messages: messages([5], 'committed', 4) });
  await committed.commit();
  await transactional.disconnect();
  await send(messages([5], 'last', 60_000));
  await plainProducer.disconnect();
}

/** Null, empty, text of all kinds and bytes, except the control characters that part the fields of the console consumer. */
function outgoingRecords(): OutgoingRecord[] {
  const nowMs = Date.now();
  const text = Buffer.from('Zürich 東京 🦀');
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i < 28 || i > 31));
  const headers = [
    { key: 'trace', value: Buffer.from('t-1') },
    { key: 'naïve ☃', value: text },
    { key: '', value: Buffer.alloc(0) },
    { key: 'trace', value: bytes.filter((byte) => byte !== 0x3a) },
  ];
  const nullHeader = Buffer.concat([Buffer.from([6]), Buffer.from('raw'), Buffer.from([1])]); // lengths 3 and -1, zig-zag
  const record = (key: Buffer | null, value: Buffer | null, rest: Partial<OutgoingRecord> = {}) => ({
    key,
    keyStart: 0,
    keyEnd: key?.length ?? 0,
    value,
    valueStart: 0,
    valueEnd: value?.length ?? 0,
    timestampMs: nowMs,
    ...rest,
  });
  return [
    record(null, null),
    record(Buffer.alloc(0), Buffer.alloc(0), { timestampMs: nowMs - 86_400_000 }),
    record(text, text, { headers }),
    record(bytes, bytes, { timestampMs: nowMs - 1 }),
    record(null, text, {
      rawHeaders: { count: 1, bytes: nullHeader, start: 0, end: nullHeader.length },
      headers,
    }),
    ...Array.from({ length: 300 }, (_, i) => record(Buffer.from(`k${i}`), Buffer.from('v'.repeat(i)))),
    record(Buffer.from('large'), Buffer.alloc(950_000, 'large '), { headers }),
    record(null, Buffer.from('after'), { timestampMs: nowMs + 1 }),
  ];
}

function plain(record: JavaRecord | LogRecord) {
  const { offset, timestampMs, isLogAppendTime, key, value, headers } = record;
  return {
    offset,
    timestampMs,
    isLogAppendTime,
    key: textOf(key),
    value: textOf(value),
    headers: headers.map((header) => `${header.key}=${textOf(header.value)}`),
  };
}

/** A character for each byte. */
function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}
