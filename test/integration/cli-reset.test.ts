import {
  type Cluster,
  connectCluster,
  deleteGroupOffset,
  FencedError,
  groupOffset,
  logClient,
  startReader,
} from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import { afterEach, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { executeReset } from '../../services/cli/src/reset/execute-reset.ts';
import { type PartitionPlan, planReset, type ResetTarget } from '../../services/cli/src/reset/plan-reset.ts';
import type { Status } from '../../services/cli/src/status/gather-status.ts';
import { type CheckReport, checkTopics } from '../support/checker.ts';
import { readPartition } from '../support/checker-read.ts';
import { type Message, meanwhile, meanwhileJson, priceMessages, sendMessages } from '../support/meanwhile.ts';
import { makePipeline, type Pipeline, silent, until } from '../support/pipeline.ts';

const brokers = inject('brokers');
const COMMITTED_MS = 60_000;
const START_MS = Date.now() - 600_000;
let pipeline: Pipeline;

afterEach(() => pipeline.stop());

interface ResetJson {
  dry_run: boolean;
  is_done: boolean;
  refusals: string[];
  partitions: PartitionPlan[];
}

test('reset starts over: refused while replicas live, nothing without --yes, then all is averaged anew and right', async () => {
  pipeline = await makePipeline({ brokers, name: 'reset', env: { PARTITIONS: '2', IDLE_TIMEOUT: 'off' } });
  await send(prices(200));
  const [first, sink] = await Promise.all([pipeline.start('aggregator'), pipeline.start('sink')]);
  await pipeline.untilCommitted(COMMITTED_MS);
  await untilShown(sink, ['sliding-10s', 'tumbling-1m']);

  const live = meanwhile(pipeline.env, 'reset', '--yes');
  expect(live.status).toBe(1);
  expect(live.stdout).toContain(`refused: group ${pipeline.env['GROUP_ID']} has 1 live members`);
  expect(live.stdout).toContain(first.name);
  await first.stop();

  const before = await check();
  expect(before.problems).toEqual([]);
  expect(before.counts.deadLetters).toBe(2);
  const plan = meanwhileJson<ResetJson>(pipeline.env, 'reset');
  expect(plan).toMatchObject({ dry_run: true, is_done: false, refusals: [] });
  expect(plan.partitions.map(({ position }) => position)).toEqual([100, 100]);
  expect(plan.partitions.every(({ deleted }) => deleted.averages > 0 && deleted.journal > 0)).toBe(true);
  expect(await check()).toEqual(before);

  const done = meanwhile(pipeline.env, 'reset', '--yes');
  expect(done).toMatchObject({ status: 0, stderr: '' });
  expect(done.stdout).toContain('partition 1: starts over');
  expect(meanwhileJson<Status>(pipeline.env, 'status')).toMatchObject({
    lag: 200,
    settings: null,
    totals: { results: 0 },
  });
  expect(await committedOffsets()).toEqual([-1, -1]);

  // Under other settings: what an earlier run left would be found as results that no window has.
  await send(prices(100, 200));
  await pipeline.start('aggregator', { WINDOWS: 'tumbling:1s,sliding:3s', GRACE: '200ms' });
  await pipeline.untilCommitted(COMMITTED_MS);
  const after = await check();
  expect(after.problems).toEqual([]);
  expect(after.counts).toMatchObject({ read: 300, deadLetters: 3, unprocessed: 0 });
  expect(meanwhileJson<Status>(pipeline.env, 'status').totals.read).toBe(300);
  await untilShown(sink, ['tumbling-1s', 'sliding-3s']);
});

test('reset --to begins at a time, at an offset, or before an aggregator has ever run', async () => {
  pipeline = await makePipeline({ brokers, name: 'reset-to', env: { PARTITIONS: '2', IDLE_TIMEOUT: 'off' } });
  await send(prices(60));
  await send(prices(60, 60));
  const wrong = meanwhile(pipeline.env, 'reset', '--to', 'offset:61');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('has 0 to 60');

  // No journal yet, and other settings than the ones that such a journal is opened with.
  expect(meanwhile(pipeline.env, 'reset', '--to', 'offset:10', '--yes').status).toBe(0);
  expect(await committedOffsets()).toEqual([10, 10]);
  const first = await pipeline.start('aggregator', { GRACE: '100ms' });
  await pipeline.untilCommitted(COMMITTED_MS);
  await first.stop();
  const fromOffset = await check();
  expect(fromOffset.problems).toEqual([]);
  expect(meanwhileJson<Status>(pipeline.env, 'status').totals.read).toBe(100);

  const [, later] = await withCluster(async (cluster) => {
    const reader = startReader(cluster, { logger: silent });
    const records = await readPartition(cluster, reader, {
      topic: pipeline.inputTopic,
      partition: 0,
      toOffset: 60,
    });
    await reader.close();
    return [records[0]!.timestampMs!, records[30]!.timestampMs!];
  });
  const planned = meanwhileJson<ResetJson>(pipeline.env, 'reset', '--to', new Date(later).toISOString());
  expect(planned.partitions[0]).toMatchObject({ position: 60, begins_at: 30 });
  expect(meanwhile(pipeline.env, 'reset', '--to', new Date(later).toISOString(), '--yes').status).toBe(0);
  await pipeline.start('aggregator', { GRACE: '100ms' });
  await pipeline.untilCommitted(COMMITTED_MS);
  const fromTime = await check();
  expect(fromTime.problems).toEqual([]);
  const { partitions } = meanwhileJson<Status>(pipeline.env, 'status');
  expect(partitions[0]!.totals.read).toBe(30);
});

test('a reset that ends in the middle locks what is not done, and comes to its end when it is run again', async () => {
  pipeline = await makePipeline({
    brokers,
    name: 'reset-killed',
    env: { PARTITIONS: '3', IDLE_TIMEOUT: 'off' },
  });
  await send(prices(90));
  const first = await pipeline.start('aggregator');
  await pipeline.untilCommitted(COMMITTED_MS);
  await first.stop();

  await withTarget(async (target) => {
    // As after a week without an aggregator: the brokers have forgotten the offsets.
    for (const partition of [0, 1, 2])
      await deleteGroupOffset(target.cluster, target.groupId, target.input, partition);
    const plan = await planReset(target, { at: 'beginning' }, undefined);
    const dies = () => {
      throw new Error('killed');
    };
    await expect(executeReset(target, plan, { ...executing, onReset: dies })).rejects.toThrow('killed');
  });
  expect(await committedOffsets()).toEqual([-1, 30, 30]);
  const refused = await pipeline.launch('aggregator');
  expect(await refused.exited).toBe(3);

  expect(meanwhile(pipeline.env, 'reset', '--yes').status).toBe(0);
  await pipeline.start('aggregator');
  await pipeline.untilCommitted(COMMITTED_MS);
  const report = await check();
  expect(report.problems).toEqual([]);
  expect(report.counts.read).toBe(90);
});

test('an aggregator that starts in the middle of a reset makes it fail loudly', async () => {
  pipeline = await makePipeline({
    brokers,
    name: 'reset-race',
    env: { PARTITIONS: '2', IDLE_TIMEOUT: 'off' },
  });
  await send(prices(40));
  await withTarget(async (target) => {
    const plan = await planReset(target, { at: 'beginning' }, undefined);
    let rival: Promise<unknown> | undefined;
    const intrude = async () => {
      const transactionalId = `${pipeline.outputTopic}-1`;
      const options = { transactionalId, groupId: target.groupId, timeoutMs: 10_000 };
      rival = logClient(target.cluster, { logger: silent }).openWriter(options);
      await rival;
    };
    const cluster = interrupted(target.cluster, intrude);
    await expect(executeReset({ ...target, cluster }, plan, executing)).rejects.toThrow(FencedError);
    expect(rival).toBeDefined();
  });
});

const executing = { logger: silent, instanceId: 'test', onReset: () => {} };

/** Calls `intrude` once, before the first DeleteRecords. */
function interrupted(cluster: Cluster, intrude: () => Promise<void>): Cluster {
  let isDone = false;
  return {
    ...cluster,
    async call(nodeId, request, options) {
      if (request.apiName === 'DeleteRecords' && !isDone) {
        isDone = true;
        await intrude();
      }
      return cluster.call(nodeId, request, options);
    },
  };
}

async function withTarget<T>(use: (target: ResetTarget) => Promise<T>): Promise<T> {
  return withCluster(async (cluster) => {
    const reader = startReader(cluster, { logger: silent });
    const { inputTopic: input, outputTopic, env } = pipeline;
    try {
      return await use({
        cluster,
        reader,
        groupId: env['GROUP_ID']!,
        input,
        outputs: topicNames(outputTopic),
      });
    } finally {
      await reader.close();
    }
  });
}

async function withCluster<T>(use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

function committedOffsets(): Promise<number[]> {
  const { inputTopic, env } = pipeline;
  const each = Array.from({ length: Number(env['PARTITIONS']) }, (_, partition) => partition);
  return withCluster((cluster) =>
    Promise.all(each.map((partition) => groupOffset(cluster, env['GROUP_ID']!, inputTopic, partition))),
  );
}

function check(): Promise<CheckReport> {
  const { inputTopic, outputTopic } = pipeline;
  return checkTopics({ brokers, inputTopic, outputTopic });
}

/** Waits until a sink that runs through it all has results of these windows, and of no other. */
function untilShown(sink: Child, wanted: string[]): Promise<void> {
  return until(`the sink shows ${wanted.join()}`, COMMITTED_MS, async () => {
    const answer = await fetch(`http://127.0.0.1:${sink.port}/api/v1/windows`);
    const { windows } = (await answer.json()) as { windows: { window: string }[] };
    return windows.map(({ window }) => window).join() === wanted.join();
  });
}

/** Every hundredth cannot be averaged. */
function prices(count: number, firstIndex = 0): Message[] {
  const partitions = Number(pipeline.env['PARTITIONS']);
  const messages = priceMessages(count, { startMs: START_MS, partitions, firstIndex });
  return messages.map((message, i) => (i % 100 === 50 ? { ...message, value: 'no price' } : message));
}

function send(messages: Message[]): Promise<void> {
  return sendMessages(brokers, pipeline.inputTopic, messages);
}
