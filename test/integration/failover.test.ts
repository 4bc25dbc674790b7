import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Cluster, connectCluster, describeGroup, type Group } from '@meanwhile/kafka';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { freePort } from '../../deploy/local/free-port.ts';
import { checkTopics } from '../support/checker.ts';
import { tradesDay } from '../support/data.ts';
import { makePipeline, type Pipeline, silent, until } from '../support/pipeline.ts';

/** No test here lasts so long: who takes partitions over within it has not waited for it. */
const NEVER = '5m';
const PARTITIONS = 4;
const day = tradesDay();
let cluster: Cluster;
let pipeline: Pipeline;

beforeAll(async () => {
  cluster = await connectCluster(
    { brokers: inject('brokers').split(','), clientId: 'test' },
    { logger: silent },
  );
});

beforeEach(async () => {
  const env = { SESSION_TIMEOUT: NEVER, WINDOWS: 'tumbling:1m', PARTITIONS: String(PARTITIONS) };
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'failover', env });
});

afterEach(() => pipeline.stop());
afterAll(() => cluster.close());

test('survivors take the partitions of a killed replica over without waiting for its session', async () => {
  const [victim] = await start({}, {}, {});
  await pipeline.produce({ SOURCE: `file:${day.path}`, SPEED: 'max' });
  victim!.kill('SIGKILL');
  await untilMembers(2);
  await expectExact();
});

test('a killed replica that starts again takes its partitions at once', async () => {
  const [victim] = await start({ INSTANCE_ID: 'only' });
  victim!.kill('SIGKILL');
  await victim!.exited;
  await start({ INSTANCE_ID: 'only' });
  await untilMembers(1);
});

test.each(['refuses', 'hangs'] as const)(
  'a live replica whose address %s is taken out, comes back, and nothing is lost',
  async (how) => {
    const relay = await startRelay();
    const [victim] = await start({ PEER_ADDRESS: relay.address }, {}, {});
    relay.target = victim!.port;
    const before = await untilMembers(3);
    const was = memberOf(before, victim!);
    await until('both others watch it', 30_000, () => relay.greeted === 2);
    await relay.cut(how);
    await until('it is another member', 60_000, async () => {
      const is = memberOf(await describeGroup(cluster, pipeline.inputTopic), victim!);
      return is !== undefined && is !== was;
    });
    await untilMembers(3);
    await pipeline.produce({ SOURCE: `file:${day.path}`, SPEED: 'max' });
    await expectExact();
    await relay.stop();
  },
);

test('FAST_FAILOVER=off leaves it to the session time-out', async () => {
  const env = { FAST_FAILOVER: 'off', SESSION_TIMEOUT: '6s' };
  const [victim, survivor] = await start(env, env);
  victim!.kill('SIGKILL');
  await untilMembers(1);
  expect(logOf(survivor!)).not.toContain('taken out of the group');
});

test('a replica that is told to stop says goodbye: nobody takes it out', async () => {
  const [leaver, survivor] = await start({}, {});
  expect(await leaver!.stop()).toBe(0);
  await untilMembers(1);
  expect(logOf(survivor!)).not.toContain('taken out of the group');
});

/** One replica for each environment, all in the group. */
async function start(...environments: Record<string, string>[]): Promise<Child[]> {
  const children = await Promise.all(environments.map((env) => pipeline.start('aggregator', env)));
  await untilMembers(children.length);
  return children;
}

/** So many members share all partitions. */
async function untilMembers(count: number): Promise<Group> {
  let group: Group | undefined;
  await until(`${count} members share ${PARTITIONS} partitions`, 60_000, async () => {
    group = await describeGroup(cluster, pipeline.inputTopic);
    const shared = group.members.flatMap(({ partitions }) => partitions);
    return group.state === 'Stable' && group.members.length === count && shared.length === PARTITIONS;
  });
  return group!;
}

function memberOf(group: Group, child: Child): string | undefined {
  return group.members.find(({ instanceId }) => instanceId === child.name)?.memberId;
}

async function expectExact(): Promise<void> {
  await pipeline.untilCommitted(60_000);
  const { inputTopic, outputTopic } = pipeline;
  const report = await checkTopics({ brokers: inject('brokers'), inputTopic, outputTopic });
  expect(report.problems).toEqual([]);
  expect(report.counts.read).toBe(day.rows);
}

function logOf(child: Child): string {
  return readFileSync(child.logFile, 'utf8');
}

/** A way to a replica that can be cut while the replica lives. */
async function startRelay() {
  const sockets = new Set<Socket>();
  const greeted = new Set<Socket>();
  const port = await freePort();
  let server = listen((inbound) => {
    const outbound = connect(relay.target, '127.0.0.1');
    for (const socket of [inbound, outbound]) follow(socket);
    outbound.on('data', (bytes) => {
      if (!bytes.includes('hello')) return;
      greeted.add(inbound);
      inbound.once('close', () => greeted.delete(inbound));
    });
    inbound.pipe(outbound).pipe(inbound);
  });

  function follow(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  }

  function listen(onConnection: (socket: Socket) => void): Server {
    return createServer(onConnection).listen(port, '127.0.0.1');
  }

  const relay = {
    address: `127.0.0.1:${port}`,
    target: 0,
    /** Connections on which the replica has said who it is. */
    get greeted() {
      return greeted.size;
    },
    async cut(how: 'refuses' | 'hangs'): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      if (how === 'hangs') server = listen(follow);
    },
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return relay;
}
