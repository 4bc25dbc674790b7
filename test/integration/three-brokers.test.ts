import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  connectCluster,
  groupOffset,
  listOffset,
  openIdempotentWriter,
  type Reader,
  RecordCursor,
  startReader,
} from '@meanwhile/kafka';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BrokerCluster, startBrokerCluster } from '../support/broker-cluster.ts';
import { silent, until } from '../support/pipeline.ts';
import {
  type CopyTask,
  committedValues,
  startCopyTask,
  upTo,
  valueAt,
  type WatchedCluster,
  watchCalls,
} from './three-brokers-task.ts';

const found = await startBrokerCluster();
const kafka = found as BrokerCluster;
/** Of the code under test. */
let cluster: Cluster;
/** Of the test's own questions, which must not refresh what the code under test knows. */
let observer: Cluster;
const tasks: CopyTask[] = [];

beforeEach((context) => {
  if (typeof found === 'string') context.skip(found);
});
beforeAll(async () => {
  if (typeof found === 'string') return;
  [cluster, observer] = await Promise.all([connect('test'), connect('observer')]);
});
afterAll(async () => {
  if (typeof found === 'string') return;
  await Promise.all([cluster?.close(), observer?.close()]);
  await kafka.stop();
});
afterEach(async () => {
  if (typeof found === 'string') return;
  await Promise.allSettled(tasks.splice(0).map((task) => task.stop()));
  await kafka.restore();
});

function connect(clientId: string): Promise<Cluster> {
  return connectCluster({ brokers: kafka.brokers.split(','), clientId }, { logger: silent });
}

test('each broker in turn killed in mid-stream: the idempotent writer has every record in the log once, in order', async () => {
  const topic = 'copies';
  const partitions = 12;
  await kafka.createTopic(topic, partitions);
  const retries: Error[] = [];
  const writer = await openIdempotentWriter(cluster, {
    topic,
    partitionFor: (key) => key[0]!,
    lingerMs: 2,
    logger: silent,
    onRetry: (error) => retries.push(error),
  });
  const appended = Array.from({ length: partitions }, () => 0);
  let isStopping = false;
  const appending = (async () => {
    for (let i = 0; !isStopping; i++) {
      const partition = i % partitions;
      await writer.append(Uint8Array.of(partition), Buffer.from(String(appended[partition]!++)), Date.now());
      if (partition === 0) await sleep(1);
    }
  })();

  for (const nodeId of kafka.nodeIds) {
    await kafka.untilHealed();
    const acknowledgedBefore = writer.acknowledged;
    await until('records are acknowledged', 30_000, () => writer.acknowledged > acknowledgedBefore + 500, 5);
    expect(await ledBy(nodeId, topic, partitions)).toBe(partitions / kafka.nodeIds.length);
    await until('records are on their way', 30_000, () => writer.pending > 0, 1);
    const retriesBefore = retries.length;
    await kafka.kill(nodeId);
    // All that was appended by now gets a leader among the other two.
    await writer.flush();
    expect(retries.length).toBeGreaterThan(retriesBefore);
    kafka.start(nodeId);
  }
  isStopping = true;
  await appending;
  await writer.close();

  expect([writer.acknowledged, writer.pending]).toEqual([sum(appended), 0]);
  for (let partition = 0; partition < partitions; partition++) {
    expect(await committedValues(observer, topic, partition)).toEqual(upTo(appended[partition]!));
  }
});

// Each broker is leader of two tasks, transaction coordinator of two, group coordinator of two.
const protocols = [
  { transactionVersion: 2, kills: 3 },
  { transactionVersion: 1, kills: 2 },
];

describe.each(protocols)(
  'transactions under transaction.version $transactionVersion',
  ({ transactionVersion, kills }) => {
    test('leader, transaction coordinator and group coordinator each killed in commits: output and offset are the input, once', async () => {
      if (transactionVersion === 1) await kafka.downgrade('transaction.version=1');
      expect(await cluster.transactionVersion()).toBe(transactionVersion);
      const inputTopic = `input-${transactionVersion}`;
      const outputTopic = `output-${transactionVersion}`;
      const casts = await castRoles(outputTopic);
      await kafka.createTopic(inputTopic, casts.length);
      await kafka.createTopic(outputTopic, casts.length);
      const watched = watchCalls(cluster);
      for (const { partition, transactionalId, groupId } of casts) {
        const at = { inputTopic, outputTopic, partition };
        tasks.push(startCopyTask({ cluster: watched, transactionalId, groupId, ...at }));
      }

      for (const nodeId of kafka.nodeIds.slice(0, kills)) {
        await kafka.untilHealed();
        await untilAllCommit(5);
        const hit = await Promise.all(casts.map((cast) => roleOf(nodeId, outputTopic, cast)));
        expect([...hit].sort()).toEqual(['group', 'group', 'leader', 'leader', 'transaction', 'transaction']);
        await killInMidCommit(nodeId, watched);
        await untilAllCommit(5); // with the broker still away
        kafka.start(nodeId);
      }
      const counts = await Promise.all(tasks.map((task) => task.stop()));
      expect(sum(tasks.map(({ reopened }) => reopened))).toBeGreaterThan(0);

      for (const [i, { partition, groupId }] of casts.entries()) {
        await until('all markers are written', 30_000, () => isSettled(outputTopic, partition), 20);
        expect(await committedValues(observer, outputTopic, partition)).toEqual(upTo(counts[i]!));
        expect(await groupOffset(observer, groupId, inputTopic, partition)).toBe(counts[i]);
      }
    });
  },
);

describe('the reader', () => {
  let reader: Reader;
  afterEach(() => reader?.close());

  test('follows a leader that dies and one that comes back: no record is lost, doubled or jumped over', async () => {
    const topic = 'moves';
    await kafka.createTopic(topic, 1);
    const writer = await openIdempotentWriter(observer, { topic, partitionFor: () => 0, logger: silent });
    let appended = 0;
    const append = async (count: number) => {
      for (let i = 0; i < count; i++)
        await writer.append(Uint8Array.of(0), Buffer.from(String(appended++)), Date.now());
      await writer.flush();
    };
    await append(20_000);

    reader = startReader(cluster, { logger: silent, fetchBytesMax: 4_096 });
    const subscription = reader.subscribe({ topic, partition: 0, offset: 0 });
    const cursor = new RecordCursor();
    const values: number[] = [];
    const readTo = (count: number) =>
      until(
        `${count} records are read`,
        60_000,
        () => {
          expect(subscription.error).toBeUndefined();
          for (
            let chunk = subscription.take();
            chunk !== undefined && values.length < count;
            chunk = subscription.take()
          ) {
            cursor.load(chunk);
            while (cursor.next()) values.push(valueAt(cursor));
          }
          return values.length >= count;
        },
        2,
      );

    await readTo(1_000);
    const nodeId = await leaderOf(topic);
    await kafka.kill(nodeId);
    await until('another leader', 60_000, async () => (await leaderOf(topic)) !== nodeId);
    await readTo(10_000);
    await append(1_000);
    kafka.start(nodeId);
    await kafka.untilHealed();
    expect(await leaderOf(topic)).toBe(nodeId);
    await append(1_000);
    await readTo(appended);
    expect(values).toEqual(upTo(appended));
    expect(cursor.position).toBe(await listOffset(observer, topic, 0, 'latest'));
  });
});

type Role = 'leader' | 'transaction' | 'group';

interface Cast {
  partition: number;
  transactionalId: string;
  groupId: string;
}

/** A task for each order of the three brokers as leader, transaction coordinator, group coordinator: a kill hits each in one role. */
async function castRoles(name: string): Promise<Cast[]> {
  const [a, b, c] = kafka.nodeIds as [number, number, number];
  // The leader of partition p is the p-th broker, round and round.
  const orders = [
    [a, b, c],
    [b, c, a],
    [c, a, b],
    [a, c, b],
    [b, a, c],
    [c, b, a],
  ] as const;
  await Promise.all((['transaction', 'group'] as const).map((kind) => observer.coordinator(kind, name))); // makes the internal topics
  await kafka.untilHealed();
  const casts: Cast[] = [];
  for (const [partition, [, transactionNode, groupNode]] of orders.entries()) {
    casts.push({
      partition,
      transactionalId: await nameAt(transactionNode, 'transaction', `${name}-${partition}`),
      groupId: await nameAt(groupNode, 'group', `${name}-${partition}`),
    });
  }
  return casts;
}

/** A name that the node is the coordinator of. */
async function nameAt(nodeId: number, kind: 'transaction' | 'group', prefix: string): Promise<string> {
  for (let i = 0; ; i++) {
    const name = `${prefix}-${i}`;
    if ((await observer.coordinator(kind, name, { isFresh: true })) === nodeId) return name;
  }
}

async function roleOf(nodeId: number, topic: string, cast: Cast): Promise<Role> {
  const isAt = async (kind: 'transaction' | 'group', key: string) =>
    (await observer.coordinator(kind, key, { isFresh: true })) === nodeId;
  if (await isAt('transaction', cast.transactionalId)) return 'transaction';
  if (await isAt('group', cast.groupId)) return 'group';
  expect(await leaderOf(topic, cast.partition)).toBe(nodeId);
  return 'leader';
}

/** First the broker stops answering, so that what is on its way to it when it dies is certain to get no answer. */
async function killInMidCommit(nodeId: number, watched: WatchedCluster): Promise<void> {
  const isCommit = (name: string) => /^(Produce|TxnOffsetCommit|EndTxn)$/.test(name);
  await until('a commit at the broker', 30_000, () => watched.inFlight(nodeId).some(isCommit), 1);
  await kafka.freeze(nodeId);
  await sleep(20); // what it has already answered arrives
  await until('a request at the broker', 30_000, () => watched.inFlight(nodeId).length > 0, 1);
  const lostBefore = watched.lost.length;
  await kafka.kill(nodeId);
  await until('its answer is lost', 30_000, () => watched.lost.length > lostBefore, 1);
}

async function untilAllCommit(more: number): Promise<void> {
  const before = tasks.map(({ commits }) => commits);
  await until(
    `each task commits ${more} times more`,
    60_000,
    () => {
      for (const { failure } of tasks) if (failure !== undefined) throw failure;
      return tasks.every(({ commits }, i) => commits >= before[i]! + more);
    },
    5,
  );
}

async function isSettled(topic: string, partition: number): Promise<boolean> {
  const stable = await listOffset(observer, topic, partition, 'stable');
  return stable === (await listOffset(observer, topic, partition, 'latest'));
}

async function leaderOf(topic: string, partition = 0): Promise<number> {
  await observer.refresh([topic]);
  return observer.leaderOf(topic, partition);
}

async function ledBy(nodeId: number, topic: string, partitions: number): Promise<number> {
  const leaders = await Promise.all(upTo(partitions).map((partition) => leaderOf(topic, partition)));
  return leaders.filter((leader) => leader === nodeId).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
