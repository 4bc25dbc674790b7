import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Cluster,
  connectCluster,
  deleteRecordsBefore,
  describeGroup,
  groupOffset,
  type KafkaSettings,
  listOffset,
} from '@meanwhile/kafka';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { removeMembers } from '../../libs/kafka/src/group.ts';
import { lastingPort } from '../support/broker-node.ts';
import { type Right, type SecureBroker, startSecureBroker } from '../support/broker-secure.ts';
import { silent, until } from '../support/pipeline.ts';
import {
  askSink,
  askToExplain,
  clientSettings,
  environmentOf,
  fence,
  launch,
  missing,
  type RunningService,
  readFrom,
  rightsOf,
  rightsToExplain,
  type User,
  writeDeadLetters,
  writeTo,
} from './security-services.ts';

const users: User[] = ['topics', 'producer', 'aggregator', 'sink'];
const found = await startSecureBroker(users);
const broker = found as SecureBroker;
const folder = mkdtempSync(join(tmpdir(), 'meanwhile-'));
const running: RunningService[] = [];
const clusters: Cluster[] = [];

beforeEach((context) => {
  if (typeof found === 'string') context.skip(found);
});
beforeAll(async () => {
  if (typeof found !== 'string') await broker.allow(Object.values(rightsOf).flat());
});
afterEach(async () => {
  for (const service of running) service.kill('SIGKILL');
  await Promise.all(running.splice(0).map((service) => service.exited));
  await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (typeof found !== 'string') await broker.stop();
});

describe('the rights in docs/OPERATIONS.md', () => {
  const beforeSetUp = rightsOf.topics.filter(({ operation }) => operation !== 'describeConfigs');
  test.each(beforeSetUp)('the set-up step without $operation on $name says so', async (right) => {
    await without(right, async () => {
      const { code, output } = await ended('topics');
      expect(code).toBe(1);
      expect(output).toContain(right.name);
      expect(output).toMatch(right.operation === 'create' ? /not authorized/i : missing(right));
    });
  });

  test('let the set-up step, producer, aggregator and sink do their work from end to end', async () => {
    expect(await ended('topics')).toMatchObject({ code: 0 });
    const prices = join(folder, 'prices.csv');
    // Every tenth record is late by two minutes.
    const times = Array.from(
      { length: 60 },
      (_, i) => 1_700_000_000_000 + i * 1_000 - (i % 10 === 9 ? 120_000 : 0),
    );
    writeFileSync(
      prices,
      `symbol,timestamp,price\n${times.map((time, i) => `S${i % 4},${time},${i}\n`).join('')}`,
    );
    const producer = await ended('producer', { SOURCE: `file:${prices}`, SPEED: 'max' });
    expect(producer).toMatchObject({ code: 0 });
    await writeDeadLetters(broker);

    const port = await lastingPort();
    const services = [started('aggregator'), started('sink', { HTTP_PORT: String(port) })];
    await until('all is averaged', 60_000, async () => {
      const { totals, problem } = (await askSink(port)) as { totals?: { read?: number }; problem?: string };
      return totals?.read === times.length + 2 && problem === undefined;
    });
    const status = await askSink(port);
    expect(status['totals']).toMatchObject({ read: 62, dead_lettered: 2 });
    expect((status['totals'] as { late: number }).late).toBeGreaterThan(0);
    expect(status['lag']).toBe(0);

    // Explaining reads what nothing else of the sink does: one after the other is asked for by name.
    for (const right of rightsToExplain) {
      const { status: refused, text } = await askToExplain(port, 'S0', times[56]!);
      expect(refused).toBe(502);
      expect(text).toMatch(new RegExp(`READ.* on topic ${right.name}"`));
      await broker.allow([right]);
    }
    const explained = await askToExplain(port, 'S0', times[56]!);
    expect([explained.status, JSON.parse(explained.text).matches]).toEqual([200, true]);
    await broker.revoke(rightsToExplain);

    for (const service of services) service.kill('SIGTERM');
    expect(await Promise.all(services.map(({ exited }) => exited))).toEqual([0, 0]);
    for (const service of services) expectNoSecrets(service.output());
  });

  // The set-up step looks at the settings of topics that are there.
  const endsProcess = [
    ...rightsOf.topics.filter(({ operation }) => operation === 'describeConfigs'),
    ...[...rightsOf.producer, ...rightsOf.aggregator, ...rightsOf.sink].filter(
      // These are asked for below, where the right is used: the process goes on without.
      ({ operation }) => operation !== 'delete' && operation !== 'describe',
    ),
  ];
  test.each(endsProcess)(
    '$principal without $operation on $name ends with what is missing',
    async (right) => {
      await writeDeadLetters(broker); // so that there is something to commit
      await without(right, async () => {
        const { code, output } = await ended(right.principal.slice('User:'.length) as User);
        expect(code).toBe(1);
        expect(output.trim().split('\n').at(-1)).toMatch(missing(right));
      });
    },
  );

  const [remove] = rightsOf.aggregator.filter(({ operation }) => operation === 'delete');
  const [joinGroup] = rightsOf.aggregator.filter(({ resource }) => resource === 'group');
  const [describeInput, describeMembers] = rightsOf.sink.filter(({ operation }) => operation === 'describe');
  test.each([
    { right: remove!, use: (c: Cluster) => deleteRecordsBefore(c, 'averages-journal', 0, 0) },
    { right: joinGroup!, use: (c: Cluster) => groupOffset(c, 'meanwhile', 'prices', 0) },
    { right: describeInput!, use: (c: Cluster) => listOffset(c, 'prices', 0, 'latest') },
    { right: describeMembers!, use: (c: Cluster) => describeGroup(c, 'meanwhile') },
  ])(
    '$right.principal without $right.operation on $right.name is refused by name',
    async ({ right, use }) => {
      const user = right.principal.slice('User:'.length);
      await use(await connect(clientSettings(broker, user)));
      await without(right, async () => {
        const cluster = await connect(clientSettings(broker, user));
        await expect(use(cluster)).rejects.toMatchObject({
          kind: 'stop',
          remedy: expect.stringMatching(missing(right)),
        });
      });
    },
  );
});

test('fast failover needs no further right: the aggregator may ask for the members of its group and remove one', async () => {
  const cluster = await connect(clientSettings(broker, 'aggregator'));
  expect((await describeGroup(cluster, 'meanwhile')).members).toEqual([]);
  await removeMembers(cluster, 'meanwhile', ['gone']);
});

describe('everything else is denied', () => {
  test.each([
    { user: 'producer', does: 'read', what: 'prices', use: readFrom, says: 'READ on topic prices' },
    { user: 'producer', does: 'write', what: 'averages', use: writeTo, says: 'on topic averages' },
    {
      user: 'producer',
      does: 'fence',
      what: 'averages-0',
      use: fence,
      says: 'WRITE on transactional id averages-0',
    },
    { user: 'aggregator', does: 'write', what: 'prices', use: writeTo, says: 'WRITE on topic prices' },
    { user: 'aggregator', does: 'read', what: 'averages', use: readFrom, says: 'READ on topic averages' },
    {
      user: 'aggregator',
      does: 'fence',
      what: 'other-0',
      use: fence,
      says: 'WRITE on transactional id other-0',
    },
    { user: 'sink', does: 'write', what: 'averages', use: writeTo, says: 'WRITE on the topic' },
    {
      user: 'sink',
      does: 'write',
      what: 'averages-journal',
      use: writeTo,
      says: 'WRITE on the topic',
    },
    { user: 'sink', does: 'read', what: 'prices', use: readFrom, says: 'READ on topic prices' },
    { user: 'sink', does: 'read', what: 'averages-late', use: readFrom, says: 'on topic averages-late' },
    {
      user: 'sink',
      does: 'fence',
      what: 'averages-0',
      use: fence,
      says: 'WRITE on transactional id averages-0',
    },
  ])('$user may not $does $what', async ({ user, what, use, says }) => {
    const cluster = await connect(clientSettings(broker, user));
    const refused = use(cluster, what);
    await expect(refused).rejects.toMatchObject({ kind: 'stop', remedy: expect.stringContaining(says) });
  });
});

describe('ways in', () => {
  test.each([
    { listener: 'saslTls', mechanism: 'scram-sha-512' },
    { listener: 'saslTls', mechanism: 'scram-sha-256' },
    { listener: 'saslTls', mechanism: 'plain' },
    { listener: 'sasl', mechanism: 'plain' },
  ] as const)('$mechanism at $listener', async (way) => {
    const cluster = await connect(clientSettings(broker, 'sink', way));
    expect(await cluster.partitionCount('averages')).toBe(2);
  });

  test('a client certificate: its subject is the user', async () => {
    const settings = certified();
    await expect((await connect(settings)).partitionCount('averages')).rejects.toMatchObject({ code: 29 });
    await broker.allow([
      { principal: 'User:CN=client', resource: 'topic', name: 'averages', operation: 'read' },
    ]);
    expect(await (await connect(settings)).partitionCount('averages')).toBe(2);
  });

  const withCertificate = (certificate: string, key: string) => ({
    KAFKA_BROKERS: broker.listeners.mutualTls,
    KAFKA_SECURITY_PROTOCOL: 'SSL',
    KAFKA_SASL_MECHANISM: '',
    KAFKA_SASL_USERNAME: '',
    KAFKA_SASL_PASSWORD: '',
    KAFKA_SSL_CERT_FILE: certificate,
    KAFKA_SSL_KEY_FILE: key,
  });
  const wrongPassword = () => ({ KAFKA_SASL_PASSWORD: 'not-the-password' });
  test.each([
    { what: 'a wrong password', user: 'topics', env: wrongPassword, says: 'invalid credentials' },
    { what: 'a wrong password', user: 'producer', env: wrongPassword, says: 'invalid credentials' },
    { what: 'a wrong password', user: 'aggregator', env: wrongPassword, says: 'invalid credentials' },
    { what: 'a wrong password', user: 'sink', env: wrongPassword, says: 'invalid credentials' },
    {
      what: "another authority's certificate",
      user: 'sink',
      env: () => ({ KAFKA_SSL_CA_FILE: broker.certificates.strangerCa }),
      says: 'certificate',
    },
    { what: 'no client certificate', user: 'sink', env: () => withCertificate('', ''), says: 'certificate' },
    {
      what: 'a client certificate of another authority',
      user: 'sink',
      env: () => withCertificate(broker.certificates.stranger.certificate, broker.certificates.stranger.key),
      says: 'certificate',
    },
  ] as const)(
    '$what ends the $user with a clear error, without the password',
    async ({ user, env, says }) => {
      const { code, output } = await ended(user, env());
      expect(code).toBe(1);
      expect(output).toContain('AUTHENTICATION_FAILED');
      expect(output).toContain(says);
      expectNoSecrets(output);
    },
  );
});

function certified(): KafkaSettings {
  return clientSettings(broker, undefined, { listener: 'mutualTls' });
}

async function connect(settings: KafkaSettings): Promise<Cluster> {
  const cluster = await connectCluster(settings, { logger: silent });
  clusters.push(cluster);
  return cluster;
}

function started(user: User, env: Record<string, string> = {}): RunningService {
  const service = launch(user, { ...environmentOf(broker, user, folder), ...env });
  running.push(service);
  return service;
}

/** A service that ends by itself, within a minute or not at all. */
async function ended(
  user: User,
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const service = started(user, { ...(user === 'producer' && { SOURCE: 'simulate', RATE: '10' }), ...env });
  const timer = setTimeout(() => service.kill('SIGKILL'), 60_000);
  const code = await service.exited;
  clearTimeout(timer);
  return { code, output: service.output() };
}

async function without(right: Right, use: () => Promise<void>): Promise<void> {
  await broker.revoke([right]);
  try {
    await use();
  } finally {
    await broker.allow([right]);
  }
}

function expectNoSecrets(output: string): void {
  expect(output.length).toBeGreaterThan(0);
  for (const secret of [...users.map((user) => broker.passwordOf(user)), 'not-the-password']) {
    expect(output).not.toContain(secret);
  }
}
