import { spawn } from 'node:child_process';
import { afterEach, expect, inject, test } from 'vitest';
import type { Status } from '../../services/cli/src/status/gather-status.ts';
import { meanwhile, meanwhileJson, priceMessages, sendMessages } from '../support/meanwhile.ts';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
const START_MS = Date.now() - 60_000;
let pipeline: Pipeline;

afterEach(() => pipeline?.stop());

test('status tells partitions, owners, lag, totals and settings, before, while and after an aggregator runs', async () => {
  pipeline = await makePipeline({ brokers, name: 'status', env: { PARTITIONS: '3', GRACE: '700ms' } });
  const before = status();
  expect(before.partitions).toHaveLength(3);
  expect(before).toMatchObject({ group: { state: 'Dead' }, replicas: [], settings: null, lag: 0 });
  expect(before.partitions[0]).toMatchObject({
    owner: null,
    watermark: null,
    next_offset: null,
    snapshot: null,
  });

  await send(300);
  const waiting = status();
  expect(waiting.lag).toBeGreaterThanOrEqual(300);

  const [first, second] = await Promise.all([pipeline.start('aggregator'), pipeline.start('aggregator')]);
  await pipeline.untilCommitted(COMMITTED_MS);
  const running = status();
  expect(running.group.state).toBe('Stable');
  expect(running.replicas.map(({ instance }) => instance).toSorted(byText)).toEqual(
    [first.name, second.name].toSorted(byText),
  );
  expect(running.replicas.flatMap(({ partitions }) => partitions).toSorted((a, b) => a - b)).toEqual([
    0, 1, 2,
  ]);
  for (const { partition, owner } of running.partitions) {
    expect(running.replicas.find(({ instance }) => instance === owner)!.partitions).toContain(partition);
  }
  const { read, averaged, late, dead_lettered, results } = running.totals;
  expect(read).toBe(300);
  expect(averaged + late + dead_lettered).toBe(300);
  expect(results).toBeGreaterThanOrEqual(averaged);
  expect(running.partitions.map(({ totals }) => totals.read).reduce((a, b) => a + b)).toBe(300);
  expect(running.lag).toBe(0);
  expect(running.settings).toMatchObject({ graceMs: 700 });
  const newest = Math.max(...running.partitions.map(({ watermark }) => watermark ?? 0));
  expect(newest).toBeGreaterThanOrEqual(START_MS + 2_990);

  const table = meanwhile(pipeline.env, 'status');
  expect(table.status).toBe(0);
  expect(table.stdout).toContain(`group ${pipeline.inputTopic}: Stable, 2 replicas, lag 0`);
  expect(table.stdout).toMatch(/^ +all +0 +300 /m);
  expect(table.stdout).toContain('sliding-10s (updates), tumbling-1m (both)');

  await Promise.all([first.stop(), second.stop()]);
  const after = status();
  expect(after).toMatchObject({ group: { state: 'Empty' }, replicas: [] });
  for (const partition of after.partitions.filter(({ totals }) => totals.read > 0)) {
    expect(partition).toMatchObject({ owner: null, snapshot: { offset: partition.next_offset } });
    expect(partition.snapshot!.size_bytes).toBeGreaterThan(0);
    expect([first.name, second.name]).toContain(partition.committed_by);
  }

  // Far behind the end: what is looked for stands further back than the first look goes.
  const filler = Array.from({ length: 1_200 }, (_, index) => index % 3);
  const newer = filler.map((partition) => ({ key: null, value: '{"type":"of a later version"}', partition }));
  await sendMessages(brokers, `${pipeline.outputTopic}-journal`, newer);
  expect(status().partitions).toEqual(after.partitions);
});

test('status goes on until Ctrl-C where it is told to watch, and follows what is committed', async () => {
  pipeline = await makePipeline({ brokers, name: 'status-watch', env: { PARTITIONS: '2' } });
  await pipeline.start('aggregator');
  const args = ['services/cli/src/main.ts', 'status', '--watch', '--json'];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: pipeline.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const reports = () =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Status);
  try {
    await until('a first report', COMMITTED_MS, () => reports().length > 0);
    expect(reports()[0]!.totals.read).toBe(0);
    await send(300);
    await until('all is read', COMMITTED_MS, () => reports().at(-1)!.totals.read === 300);
    expect(reports().at(-1)!.lag).toBe(0);
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toBe(0);
});

test('status says what is missing or wrong', () => {
  const missing = meanwhile(
    { KAFKA_BROKERS: brokers, INPUT_TOPIC: 'never-made', OUTPUT_TOPIC: 'never-made-either' },
    'status',
  );
  expect(missing).toMatchObject({ status: 1, stdout: '' });
  expect(missing.stderr).toContain('never-made: the topic does not exist');
  expect(missing.stderr).toContain('npm run meanwhile -- topics');
  expect(meanwhile({}, 'status', '--once', '--watch')).toMatchObject({ status: 2 });
  expect(meanwhile({}, 'status', '--help').stdout).toContain('Examples:');
});

function byText(a: string | null, b: string | null): number {
  return String(a).localeCompare(String(b));
}

function status(): Status {
  return meanwhileJson(pipeline.env, 'status');
}

function send(count: number): Promise<void> {
  const partitions = Number(pipeline.env['PARTITIONS']);
  return sendMessages(brokers, pipeline.inputTopic, priceMessages(count, { startMs: START_MS, partitions }));
}
