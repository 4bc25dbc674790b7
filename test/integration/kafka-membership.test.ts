import { type Cluster, connectCluster, describeGroup, joinGroup, type Membership } from '@meanwhile/kafka';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { silent, until } from '../support/pipeline.ts';

const PARTITIONS = 12;
const settings = { brokers: inject('brokers').split(','), clientId: 'test' };
let topic: string;
let members: Map<string, Membership>;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await connectCluster(settings, { logger: silent });
});

afterAll(() => cluster.close());

beforeEach(async () => {
  topic = uniqueTopic('members');
  members = new Map();
  await createTopic(inject('brokers'), topic, PARTITIONS);
});

afterEach(async () => {
  for (const member of members.values()) await member.leave();
});

test('every partition belongs to exactly one member, whoever comes and goes', async () => {
  join('a');
  await untilShared(12);
  join('b');
  join('c');
  await untilShared(4, 4, 4);
  const before = owners();
  await leave('b');
  await untilShared(6, 6);
  // a and c got b's four partitions, and nothing else moved.
  const moved = [...owners()].filter(
    ([partition, owner]) => before.get(partition) !== owner && before.get(partition) !== 'b',
  );
  expect(moved).toEqual([]);
  join('b');
  await untilShared(4, 4, 4);
  expect(owners()).toEqual(before); // the same name gets the same partitions back
});

test('confirm resolves after a heartbeat that was sent after the call, with what is ours then', async () => {
  const a = join('a');
  await untilShared(12);
  expect(await a.confirm()).toEqual(a.partitions);
  join('b');
  await untilShared(6, 6);
  expect(await a.confirm()).toHaveLength(6);
  const given = new AbortController();
  const confirming = a.confirm(given.signal);
  given.abort();
  await expect(confirming).rejects.toThrow();
});

test('the group tells names, addresses and partitions of its members', async () => {
  join('a');
  join('b');
  await untilShared(6, 6);
  await until(
    'the group is stable',
    30_000,
    async () => (await describeGroup(cluster, topic)).state === 'Stable',
  );
  const { members: told } = await describeGroup(cluster, topic);
  const names = told.map(({ instanceId, peerAddress }) => `${instanceId} ${peerAddress}`);
  expect(names.sort()).toEqual(['a a:1', 'b b:1']);
  for (const { instanceId, partitions } of told)
    expect(partitions).toEqual(members.get(instanceId!)!.partitions);
});

test('two members with one name share the partitions all the same, and it is warned about', async () => {
  const warnings: string[] = [];
  const logger = { ...silent, warn: (_fields: object, message: string) => void warnings.push(message) };
  const common = {
    groupId: topic,
    topic,
    instanceId: 'twin',
    peerAddress: 'a:1',
    sessionTimeoutMs: 6_000,
    fastFailover: false,
    cluster,
  };
  const options = { ...common, logger, onAssignment() {}, onFatal() {} };
  members.set('first', joinGroup(settings, options));
  members.set('second', joinGroup(settings, options));
  await untilShared(6, 6);
  expect(warnings.join()).toContain('INSTANCE_ID');
});

test('a session time-out that the broker does not allow is said at once', async () => {
  const fatal: Error[] = [];
  join('a', { sessionTimeoutMs: 3_600_000, onFatal: (error) => void fatal.push(error) });
  await until('it is said', 30_000, () => fatal.length > 0);
  expect(fatal.join()).toMatch(/session timeout/i);
});

test('who leaves before it has joined is no member afterwards', async () => {
  join('a');
  await leave('a');
  expect((await describeGroup(cluster, topic)).members).toEqual([]);
});

function join(
  instanceId: string,
  other: { sessionTimeoutMs?: number; onFatal?: (error: Error) => void } = {},
): Membership {
  const member = joinGroup(settings, {
    groupId: topic,
    topic,
    instanceId,
    peerAddress: `${instanceId}:1`,
    sessionTimeoutMs: 6_000,
    fastFailover: false,
    cluster,
    logger: silent,
    onAssignment: () => {},
    onFatal: (error) => {
      throw error;
    },
    ...other,
  });
  members.set(instanceId, member);
  return member;
}

async function leave(instanceId: string): Promise<void> {
  await members.get(instanceId)!.leave();
  members.delete(instanceId);
}

function owners(): Map<number, string> {
  return new Map(
    [...members]
      .flatMap(([name, { partitions }]) => partitions.map((partition) => [partition, name] as const))
      .sort(([a], [b]) => a - b),
  );
}

/** All partitions are shared out, with these numbers of them. */
async function untilShared(...loads: number[]): Promise<void> {
  await until(`loads of ${loads.join()}`, 30_000, () => {
    const found = [...members.values()].map(({ partitions }) => partitions.length);
    return owners().size === PARTITIONS && found.sort((a, b) => a - b).join() === loads.join();
  });
}
