import { spawn } from 'node:child_process';
import { type Cluster, connectCluster, listOffset, startReader } from '@meanwhile/kafka';
import { afterEach, expect, inject, test } from 'vitest';
import type { ReplayReport } from '../../services/cli/src/replay-dead-letters/replay-report.ts';
import { checkTopics, type LogRecord } from '../support/checker.ts';
import { readPartition } from '../support/checker-read.ts';
import { type Message, meanwhile, meanwhileJson, priceMessages, sendMessages } from '../support/meanwhile.ts';
import { makePipeline, type Pipeline, root, silent, until } from '../support/pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
let pipeline: Pipeline;

afterEach(() => pipeline.stop());

test('dead letters go back to their partition as they were read, each once, whatever the order of the reasons', async () => {
  pipeline = await makePipeline({ brokers, name: 'replay', env: { PARTITIONS: '2' } });
  const bytes = Buffer.from([0, 255, 10]);
  await sendLetters([
    letter('no_value', {
      key: 'A',
      value: '{"symbol":"A","price":null,"id":12345678901234567890}',
      partition: 1,
    }),
    letter('not_json', { key: 'B', value: bytes, partition: 0 }),
    letter('null_value', { key: 'C', value: null, partition: 0 }),
    letter('null_key', { key: null, value: '{"price":1}', partition: 0 }),
    letter('no_value', { key: 'D', value: '[1]', partition: 0 }),
    { key: 'E', value: 'written by somebody else', partition: 0 },
    letter('no_value', { key: 'F', value: '{}', partition: 0 }),
  ]);
  const plan = replay();
  expect(plan).toMatchObject({ dry_run: true, to_send: 6, sent: 0, left_out: [] });
  expect(waiting(plan)).toEqual({ no_value: 3, not_json: 1, null_value: 1, null_key: 1 });
  expect(await input()).toEqual([]);

  // Later reasons first: a place in one lane is none in another.
  const changed = replay(
    '--reason',
    'no_value',
    '--set',
    'price=101.50',
    '--set',
    'data.note=by hand',
    '--yes',
  );
  expect(changed).toMatchObject({ sent: 2, left_out: [{ reason: 'no_value', partition: 0, offset: 3 }] });
  const [first, second] = await input();
  expect(first).toMatchObject({
    partition: 0,
    key: 'F',
    value: '{"price":101.50,"data":{"note":"by hand"}}',
  });
  expect(second).toMatchObject({
    partition: 1,
    key: 'A',
    value: '{"symbol":"A","price":101.50,"id":12345678901234567890,"data":{"note":"by hand"}}',
    headers: { trace: 'of A', reason: 'my own', replayed_from: `${deadLetters()}/1/0` },
  });
  expect(Object.keys(second!.headers)).toEqual(['trace', 'reason', 'replayed_from']);

  expect(replay('--limit', '1', '--yes').sent).toBe(1);
  expect(waiting(replay())).toEqual({ null_value: 1, null_key: 1 });
  expect(replay('--limit', '2', '--yes').sent).toBe(2);
  expect(replay('--yes')).toMatchObject({ sent: 0, to_send: 0 });
  const rest = (await input()).slice(1, -1);
  expect(rest.map(({ key }) => key)).toEqual(['B', 'C', null]);
  expect(rest.find(({ key }) => key === 'B')!.value).toBe(bytes.toString('latin1'));
  expect(rest.find(({ key }) => key === 'C')!.value).toBeNull();
});

test('a replay that is killed again and again sends each dead letter once', async () => {
  pipeline = await makePipeline({ brokers, name: 'replay-killed', env: { PARTITIONS: '1' } });
  const count = 12_000;
  for (let from = 0; from < count; from += 3_000) {
    const letters = Array.from({ length: 3_000 }, (_, i) =>
      letter('no_value', { key: 'K', value: `{"n":${from + i}}`, partition: 0 }),
    );
    await sendLetters(letters);
  }
  const kills = await withCluster(async (cluster) => {
    const inputEnd = () => listOffset(cluster, pipeline.inputTopic, 0, 'latest');
    for (let killed = 0; ; killed += 1) {
      const before = await inputEnd();
      const replaying = startReplay();
      // In the first transaction, and after some: what is written is open still, or has just been committed.
      const writes = [0, 2_500, 0, 1_500][killed];
      if (writes !== undefined) {
        const isWritten = async () => (await inputEnd()) > before + writes;
        await until('the replay writes', COMMITTED_MS, isWritten, 1);
        replaying.kill();
      }
      const code = await replaying.ended;
      if (code === 0) return killed;
      expect(code).toBeNull();
    }
  });
  expect(kills).toBeGreaterThanOrEqual(2);
  const values = (await input()).map(({ value }) => value);
  expect(values).toHaveLength(count);
  expect(values).toEqual(Array.from({ length: count }, (_, n) => `{"n":${n}}`));
});

test('what is repaired is averaged, what is not comes back, and all of it is accounted for', async () => {
  const env = { PARTITIONS: '2', IDLE_TIMEOUT: 'off', TIME_UNIT: 's', EMIT: 'updates' };
  pipeline = await makePipeline({ brokers, name: 'replay-averaged', env });
  await pipeline.start('aggregator');
  const seconds = (Date.now() - 600_000) / 1_000;
  const bad = ['{"price":"much","timestamp":1}', '{"price":7,"timestamp":-1}', 'x'];
  await sendMessages(brokers, pipeline.inputTopic, [
    ...priceMessages(40, { startMs: 0, partitions: 2 }).map((message, i) => ({
      ...message,
      value: JSON.stringify({ price: i, timestamp: seconds + i }),
    })),
    ...bad.map((value) => ({ key: 'S0-0', value, partition: 0 })),
  ]);
  await pipeline.untilCommitted(COMMITTED_MS);
  expect(waiting(replay())).toEqual({ not_a_number: 1, bad_timestamp: 1, not_json: 1 });

  expect(
    replay('--set', 'price=8', '--set', 'timestamp=now', '--reason', 'bad_timestamp,not_a_number', '--yes')
      .sent,
  ).toBe(2);
  expect(replay('--reason', 'not_json', '--yes').sent).toBe(1);
  await pipeline.untilCommitted(COMMITTED_MS);
  const report = await checkTopics({
    brokers,
    inputTopic: pipeline.inputTopic,
    outputTopic: pipeline.outputTopic,
  });
  expect(report.problems).toEqual([]);
  expect(report.counts).toMatchObject({ read: 46, late: 0, deadLetters: 4 });
  expect(waiting(replay())).toEqual({ not_json: 1 });
});

test('arguments that cannot be meant, and topics that are not there, are named', async () => {
  pipeline = await makePipeline({ brokers, name: 'replay-wrong', env: { PARTITIONS: '1' } });
  const run = (...args: string[]) => meanwhile(pipeline.env, 'replay-dead-letters', ...args);
  expect(run('--limit', '0')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--limit 0: wanted'),
  });
  const noUnit = run('--set', 'timestamp=now');
  expect(noUnit).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no settings, wanted those of the aggregator'),
  });
  const elsewhere = meanwhile({ ...pipeline.env, INPUT_TOPIC: 'never-made' }, 'replay-dead-letters');
  expect(elsewhere).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('never-made: the input topic does not exist'),
  });
});

/** As the aggregator writes one, for a record with headers of its own, one of which is called as one of ours. */
function letter(reason: string, message: Message): Message {
  const headers = {
    trace: `of ${message.key}`,
    reason: ['my own', reason],
    detail: 'whatever helps people',
    input_topic: 'any',
    input_partition: '0',
    input_offset: '7',
  };
  return { ...message, headers };
}

function sendLetters(letters: Message[]): Promise<void> {
  return sendMessages(brokers, deadLetters(), letters);
}

function deadLetters(): string {
  return `${pipeline.outputTopic}-dead-letters`;
}

function replay(...args: string[]): ReplayReport {
  return meanwhileJson(pipeline.env, 'replay-dead-letters', ...args);
}

/** By reason, those of which there are any. */
function waiting({ reasons }: ReplayReport): Record<string, number> {
  const some = reasons.filter((reason) => reason.waiting > 0);
  return Object.fromEntries(some.map((reason) => [reason.reason, reason.waiting]));
}

interface InputRecord {
  partition: number;
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
}

/** The committed records of the input, partition by partition; texts byte by byte. */
async function input(): Promise<InputRecord[]> {
  return withCluster(async (cluster) => {
    const reader = startReader(cluster, { logger: silent });
    const topic = pipeline.inputTopic;
    const found: InputRecord[] = [];
    for (let partition = 0; partition < Number(pipeline.env['PARTITIONS']); partition++) {
      const toOffset = await listOffset(cluster, topic, partition, 'stable');
      const records = await readPartition(cluster, reader, { topic, partition, toOffset });
      found.push(...records.map((record) => readable(partition, record)));
    }
    await reader.close();
    return found;
  });
}

function readable(partition: number, { key, value, headers }: LogRecord): InputRecord {
  const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('latin1');
  const named = headers.map((header): [string, string] => [header.key, text(header.value) ?? '']);
  return { partition, key: text(key), value: text(value), headers: Object.fromEntries(named) };
}

function startReplay() {
  const args = ['services/cli/src/main.ts', 'replay-dead-letters', '--yes'];
  const child = spawn(process.execPath, args, { cwd: root, env: pipeline.env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { ended, kill: () => child.kill('SIGKILL') };
}

async function withCluster<T>(use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}
