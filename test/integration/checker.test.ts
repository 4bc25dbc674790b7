import { type Cluster, connectCluster, listOffset, startReader } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { type CheckReport, checkTopics, type LogRecord } from '../support/checker.ts';
import { readPartition } from '../support/checker-read.ts';
import { type JavaRecord, readWithJava } from '../support/java-consumer.ts';
import { makePipeline, type Pipeline, silent, until } from '../support/pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
let pipeline: Pipeline;

afterEach(() => pipeline.stop());

describe('the checker on a real broker', () => {
  test('finds an aggregator right, and finds what is written behind its back', async () => {
    pipeline = await makePipeline({
      brokers,
      name: 'checked',
      env: {
        PARTITIONS: '2',
        WINDOWS: 'sliding:2s,tumbling:1s,hopping:3s/1s,session:1s',
        EMIT: 'sliding:updates,tumbling:both,hopping:final',
        GRACE: '500ms',
        IDLE_TIMEOUT: '1s',
      },
    });
    await pipeline.start('aggregator');
    await send(pipeline.inputTopic, prices(2000, Date.now() - 60_000));
    await pipeline.untilCommitted(COMMITTED_MS);
    let report = await check();
    await until('silence closes the last windows', COMMITTED_MS, async () => {
      report = await check();
      return report.counts.silences >= 2;
    });
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ partitions: 2, read: 2000, unprocessed: 0 });
    expect(report.counts.late).toBeGreaterThan(0);
    expect(report.counts.deadLetters).toBeGreaterThan(0);
    await expectSameAsJava();

    await repeatFirst(pipeline.outputTopic);
    report = await check();
    expect(report.problemCounts).toMatchObject({ 'doubled result': 1 });
  });

  test('finds sessions right that records enter which come too late for one of their own', async () => {
    pipeline = await makePipeline({
      brokers,
      name: 'sessions',
      env: { PARTITIONS: '1', WINDOWS: 'session:1s', GRACE: '500ms', IDLE_TIMEOUT: 'off' },
    });
    await pipeline.start('aggregator');
    const startMs = Date.now() - 60_000;
    // 3.0 ─ 4.0 ─ 4.6 ─ 2.1: alone, 2.1 would be closed at 3.6; it lies within the gap of an open session.
    const times = [3000, 4000, 4600, 2100, 9000];
    await send(
      pipeline.inputTopic,
      times.map((ms) => message('A', 1, startMs + ms, 0)),
    );
    await pipeline.untilCommitted(COMMITTED_MS);
    const report = await check();
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ read: 5, late: 0, results: 1 });
  });
});

function check(): Promise<CheckReport> {
  const { inputTopic, outputTopic } = pipeline;
  return checkTopics({ brokers, inputTopic, outputTopic });
}

interface Message {
  key: string;
  value: string;
  partition: number;
  headers: Record<string, string>;
}

/** Four symbols, some records behind the others, some far behind, some bad. */
function prices(count: number, startMs: number): Message[] {
  return Array.from({ length: count }, (_, index) => {
    const behindMs = index % 7 === 0 ? 400 : index % 31 === 0 ? 4000 : 0;
    const price = index % 97 === 0 ? 'none' : 100 + (index % 13) / 100;
    return message(`S${index % 4}`, price, startMs + index * 20 - behindMs, index % 2);
  });
}

function message(key: string, price: number | string, timestamp: number, partition: number): Message {
  const headers = { trace: String(timestamp) };
  return { key, value: JSON.stringify({ symbol: key, price, timestamp }), partition, headers };
}

/** With the stock client: an outside producer. */
async function send(topic: string, messages: Message[]): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** Sends partition 0's first record once more. */
async function repeatFirst(topic: string): Promise<void> {
  const [first] = await withCluster((cluster) => read(cluster, topic, 0));
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  await send(topic, [{ key: text(first!.key!), value: text(first!.value!), partition: 0, headers: {} }]);
}

/** Input, averages, late records and dead letters, record for record. */
async function expectSameAsJava(): Promise<void> {
  const { inputTopic, outputTopic } = pipeline;
  const suffixes = ['', '-late', '-dead-letters'];
  await withCluster(async (cluster) => {
    for (const topic of [inputTopic, ...suffixes.map((suffix) => `${outputTopic}${suffix}`)]) {
      const java = await readWithJava({ brokers, topic });
      // Neither Java nor Docker: the reader is checked where they are.
      if (java === null) return;
      for (const partition of [0, 1]) {
        const ours = await read(cluster, topic, partition);
        expect(ours.map(comparable), `${topic}[${partition}]`).toEqual(
          java.filter((record) => record.partition === partition).map(comparable),
        );
      }
    }
  });
}

async function read(cluster: Cluster, topic: string, partition: number): Promise<LogRecord[]> {
  const reader = startReader(cluster, { logger: silent });
  try {
    const toOffset = await listOffset(cluster, topic, partition, 'stable');
    return await readPartition(cluster, reader, { topic, partition, toOffset });
  } finally {
    await reader.close();
  }
}

async function withCluster<T>(use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

function comparable(record: LogRecord | JavaRecord): unknown[] {
  const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('latin1'));
  const { offset, timestampMs, isLogAppendTime, key, value } = record;
  return [offset, timestampMs, isLogAppendTime, text(key), text(value)];
}
