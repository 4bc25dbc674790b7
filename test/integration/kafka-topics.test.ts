import { connectCluster, describeTopic, ensureTopics, type TopicPlan } from '@meanwhile/kafka';
import { expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { silent } from '../support/pipeline.ts';

const settings = { brokers: inject('brokers').split(','), clientId: 'test' };
const plan = (name: string, more: Partial<TopicPlan> = {}): TopicPlan => ({
  name,
  partitions: 12,
  replicationFactor: 1,
  config: { 'cleanup.policy': 'delete', 'retention.ms': '3600000' },
  ...more,
});
const ensure = (...plans: TopicPlan[]) => ensureTopics(settings, plans, { logger: silent });

test('a topic is usable, all its partitions led, when the set-up returns', async () => {
  const name = uniqueTopic('set-up');
  expect(await ensure(plan(name))).toEqual([{ name, state: 'created', differences: [] }]);
  const cluster = await connectCluster(settings, { logger: silent });
  try {
    const leaders = Array.from({ length: 12 }, (_, partition) => cluster.leaderOf(name, partition));
    expect((await Promise.all(leaders)).every((leader) => leader >= 0)).toBe(true);
  } finally {
    await cluster.close();
  }
});

test('of set-ups that run at once one creates the topic, the others compare theirs with it', async () => {
  const name = uniqueTopic('rivals');
  // All look before any creates, so the others find it only when they try to.
  const rivals = [1, 2, 3, 4].map((partitions) => ensure(plan(name, { partitions })));
  const reports = (await Promise.all(rivals)).flat();
  expect(reports.map(({ state }) => state).sort()).toEqual(['created', 'differs', 'differs', 'differs']);
  const winner = reports.findIndex(({ state }) => state === 'created') + 1;
  expect((await describeTopic(settings, name))?.partitions).toBe(winner);
});

test('every setting that differs is named with what it is and what was wanted; nothing is changed', async () => {
  const name = uniqueTopic('differs');
  await createTopic(inject('brokers'), name, 3, { 'cleanup.policy': 'compact' });
  const before = await describeTopic(settings, name);
  const [report] = await ensure(plan(name, { replicationFactor: 3 }));
  expect(report).toEqual({
    name,
    state: 'differs',
    differences: [
      'partitions: 3, wanted 12',
      'replication factor: 1, wanted 3',
      'cleanup.policy: compact, wanted delete',
      'retention.ms: -1, wanted 3600000',
    ],
  });
  expect(await describeTopic(settings, name)).toEqual(before);
});

test('a topic that the broker refuses is named, with the reason', async () => {
  const name = uniqueTopic('refused');
  await expect(ensure(plan(name, { replicationFactor: 5 }))).rejects.toThrow(
    new RegExp(`creating topic ${name} failed: .*replication`, 'i'),
  );
  expect(await describeTopic(settings, name)).toBeUndefined();
});
