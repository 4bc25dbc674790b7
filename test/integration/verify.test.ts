import { spawn } from 'node:child_process';
import { type Cluster, connectCluster, deleteRecordsBefore, listOffset, startReader } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readPartition } from '../support/checker-read.ts';
import type { LogRecord } from '../support/checker-types.ts';
import { makePipeline, type Pipeline, root, silent, until } from '../support/pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 });
const SUFFIXES = ['', '-late', '-dead-letters', '-journal'];

interface Verified {
  exitCode: number;
  report: {
    exit_code: number;
    problem_counts: Record<string, number>;
    problems: Record<string, unknown>[];
    partitions: Record<string, number>[];
    unverified: unknown[];
  };
  stderr: string;
}

let pipeline: Pipeline;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  pipeline = await makePipeline({
    brokers,
    name: 'verified',
    env: {
      PARTITIONS: '2',
      WINDOWS: 'sliding:2s,tumbling:1s,hopping:3s/1s,session:1s',
      EMIT: 'sliding:both,tumbling:both,hopping:final',
      UPDATE_INTERVAL: '100ms',
      GRACE: '500ms',
      IDLE_TIMEOUT: '1s',
      MAX_KEYS: '3',
    },
  });
});

afterAll(async () => {
  await pipeline.stop();
  await cluster.close();
});

describe('meanwhile verify, on a real broker', () => {
  test('runs beside a pipeline, across a change of settings, aborted input and silence', async () => {
    const first = await pipeline.start('aggregator');
    await send(prices(600, Date.now() - 120_000));
    await pipeline.untilCommitted(COMMITTED_MS);
    const live = await verify([]);
    expect(live).toMatchObject({ exitCode: 0, report: { problems: [], unverified: [] } });
    expect(sum(live, 'records')).toBe(1_200);

    await first.stop();
    const changed = { WINDOWS: 'sliding:3s,tumbling:1s,session:1s', EMIT: 'sliding:updates' };
    await pipeline.start('aggregator', { ...changed, AGGREGATES: 'average,stddev' });
    await sendAborted(prices(50, Date.now() - 60_000));
    await send(prices(300, Date.now() - 60_000));
    await pipeline.untilCommitted(COMMITTED_MS);
    let after = await verify([]);
    await until('silence closes the last windows', COMMITTED_MS, async () => {
      after = await verify([]);
      return sum(after, 'silences') >= 2;
    });
    expect(after).toMatchObject({ exitCode: 0, report: { problems: [], unverified: [] } });
    expect(sum(after, 'records')).toBe(1_800);
    for (const what of ['averages', 'late', 'dead_letters'])
      expect(sum(after, what), what).toBeGreaterThan(10);
    // At least one of each run and the silence, in both partitions: how many in all is up to the clock.
    expect(sum(after, 'entries')).toBeGreaterThanOrEqual(6);
  });

  test('names one doctored record', async () => {
    const isTumbling = (record: LogRecord) => String(json(record)['window']).startsWith('tumbling');
    const output = await copyOfOutputs((logs) => {
      const at = logs[0]!.findIndex((record, i) => i > 100 && isTumbling(record));
      logs[0]![at] = withJson(logs[0]![at]!, (value) => ({ ...value, record_count: 77 }));
    });
    const { exitCode, report } = await verify(['--partition', '0'], { OUTPUT_TOPIC: output });
    expect(exitCode).toBe(1);
    expect(report.problem_counts).toEqual({
      lost: 0,
      doubled: 0,
      wrong: 1,
      order: 0,
      unexplained: 0,
      journal: 0,
    });
    const [problem] = report.problems;
    expect(problem).toMatchObject({ kind: 'wrong', topic: output, partition: 0, window: 'tumbling-1s' });
    expect(problem!['text']).toMatch(/^record_count is 77, wanted \d+$/);
  });

  test('tells what is lost, doubled, in another order and unexplained, in each topic', async () => {
    const output = await copyOfOutputs(([averages, late, deadLetters, journal]) => {
      averages!.splice(300, 1);
      averages!.splice(200, 0, averages![199]!);
      averages!.splice(100, 2, averages![101]!, averages![100]!);
      averages!.splice(
        50,
        0,
        withJson(averages![50]!, (value) => ({ ...value, window_end: 1 })),
      );
      late!.splice(2, 1);
      deadLetters!.splice(1, 0, deadLetters![1]!);
      const commit = journal!.findIndex((record) => Buffer.from(record.key!).toString() === 'commit');
      journal!.splice(commit, 0, journal![commit]!);
    });
    const { exitCode, report } = await verify(['--partition', '0'], { OUTPUT_TOPIC: output });
    expect(exitCode).toBe(1);
    expect(report.problem_counts, JSON.stringify(report.problems, null, 1)).toEqual({
      lost: 2,
      doubled: 2,
      wrong: 0,
      order: 1,
      unexplained: 1,
      journal: 1,
    });
  });

  test('begins with the snapshot of the last clean stop where the journal is trimmed', async () => {
    const output = await copyOfOutputs(() => {});
    const journal = await read(`${output}-journal`);
    const at = journal.findIndex(({ value }) => Buffer.from(value!.subarray(0, 4)).toString() === 'MWS1');
    await deleteRecordsBefore(cluster, `${output}-journal`, 0, journal[at - 1]!.offset);
    const { exitCode, report } = await verify(['--partition', '0'], { OUTPUT_TOPIC: output });
    expect(report).toMatchObject({
      problems: [],
      unverified: [],
      partitions: [{ from: 'snapshot', records: 300 }],
    });
    expect(exitCode).toBe(0);
  });

  test('says what it cannot do', async () => {
    const usage = await verify(['--partition', '2']);
    expect(usage).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('has the partitions 0 to 1'),
    });
    const nothing = await verify([], { OUTPUT_TOPIC: 'no-such-topic' });
    expect(nothing).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no-such-topic') });
  });
});

async function verify(args: string[], env: Record<string, string> = {}): Promise<Verified> {
  const child = spawn(process.execPath, ['services/cli/src/main.ts', 'verify', '--json', ...args], {
    cwd: root,
    env: { ...pipeline.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const exitCode = await new Promise<number>((done) => child.once('close', done));
  return { exitCode, report: stdout === '' ? ({} as never) : JSON.parse(stdout), stderr };
}

function sum({ report }: Verified, field: string): number {
  return report.partitions.reduce((total, partition) => total + partition[field]!, 0);
}

interface Message {
  key: string;
  value: string;
  partition: number;
}

/** As many in each of two partitions: four symbols where three have room, some behind the others, some far behind, some bad. */
function prices(count: number, startMs: number): Message[] {
  return Array.from({ length: 2 * count }, (_, index) => {
    const behindMs = index % 7 === 0 ? 400 : index % 31 === 0 ? 4_000 : 0;
    const symbol = `S${(index >> 1) % 4}`;
    const price = index % 47 === 0 ? 'none' : 100 + (index % 13) / 100;
    const timestamp = startMs + (index >> 1) * 20 - behindMs;
    return { key: symbol, value: JSON.stringify({ symbol, price, timestamp }), partition: index % 2 };
  });
}

async function send(messages: Message[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: pipeline.inputTopic, acks: -1, messages });
  await producer.disconnect();
}

async function sendAborted(messages: Message[]): Promise<void> {
  const producer = kafka.producer({
    transactionalId: `${pipeline.inputTopic}-source`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: pipeline.inputTopic, messages });
  await transaction.abort();
  await producer.disconnect();
}

let copies = 0;

/** The outputs of partition 0, changed, under another name. @returns the name */
async function copyOfOutputs(change: (logs: LogRecord[][]) => void): Promise<string> {
  const logs = await Promise.all(SUFFIXES.map((suffix) => read(`${pipeline.outputTopic}${suffix}`)));
  change(logs);
  const output = `${pipeline.outputTopic}-copy-${++copies}`;
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.createTopics({
    topics: SUFFIXES.map((suffix) => ({ topic: `${output}${suffix}`, numPartitions: 2, configEntries })),
  });
  await admin.disconnect();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (const [i, records] of logs.entries()) {
    const messages = records.map(({ key, value, headers }) => ({
      key: key && Buffer.from(key),
      value: value && Buffer.from(value),
      headers: Object.fromEntries(headers.map((header) => [header.key, Buffer.from(header.value!)])),
      partition: 0,
    }));
    await producer.send({ topic: `${output}${SUFFIXES[i]}`, acks: -1, messages });
  }
  await producer.disconnect();
  return output;
}

async function read(topic: string): Promise<LogRecord[]> {
  const reader = startReader(cluster, { logger: silent });
  try {
    const toOffset = await listOffset(cluster, topic, 0, 'stable');
    return await readPartition(cluster, reader, { topic, partition: 0, toOffset });
  } finally {
    await reader.close();
  }
}

function json({ value }: LogRecord): Record<string, unknown> {
  return JSON.parse(Buffer.from(value!).toString());
}

function withJson(record: LogRecord, change: (value: Record<string, unknown>) => object): LogRecord {
  return { ...record, value: Buffer.from(JSON.stringify(change(json(record)))) };
}
