import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Cluster,
  type KafkaSettings,
  openIdempotentWriter,
  readRange,
  startReader,
  TransactionalWriter,
} from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { expect } from 'vitest';
import type { Right, SecureBroker } from '../support/broker-secure.ts';
import { root, silent } from '../support/pipeline.ts';

/** The services, under the default names of topics, group and transactional ids, and who does the set-up step. */
export type User = 'topics' | 'producer' | 'aggregator' | 'sink';

/** All that each of them needs: the table in docs/OPERATIONS.md. */
export const rightsOf: Record<User, Right[]> = {
  topics: [
    ...rights('topics', 'topic', 'prices', ['create', 'describe', 'describeConfigs']),
    ...rights('topics', 'topic', 'averages', ['create', 'describe', 'describeConfigs'], { isPrefix: true }),
  ],
  producer: rights('producer', 'topic', 'prices', ['write']),
  aggregator: [
    ...rights('aggregator', 'topic', 'prices', ['read', 'describeConfigs']),
    ...rights('aggregator', 'topic', 'averages', ['write']),
    ...rights('aggregator', 'topic', 'averages-late', ['write']),
    ...rights('aggregator', 'topic', 'averages-dead-letters', ['write']),
    ...rights('aggregator', 'topic', 'averages-journal', ['write', 'read', 'delete']),
    ...rights('aggregator', 'group', 'meanwhile', ['read']),
    ...rights('aggregator', 'transactionalId', 'averages-', ['write'], { isPrefix: true }),
  ],
  sink: [
    ...rights('sink', 'topic', 'averages', ['read']),
    ...rights('sink', 'topic', 'averages-journal', ['read']),
    ...rights('sink', 'topic', 'prices', ['describe']),
    ...rights('sink', 'group', 'meanwhile', ['describe']),
  ],
};

/** What the sink needs besides to explain a value, in the order in which it finds out. */
export const rightsToExplain: Right[] = ['averages-late', 'averages-dead-letters', 'prices'].flatMap(
  (topic) => rights('sink', 'topic', topic, ['read']),
);

function rights(
  user: User,
  resource: Right['resource'],
  name: string,
  operations: Right['operation'][],
  options: { isPrefix?: boolean } = {},
): Right[] {
  return operations.map((operation) => ({
    principal: `User:${user}`,
    resource,
    name,
    operation,
    ...options,
  }));
}

const scripts: Record<User, string[]> = {
  topics: ['services/cli/src/main.ts', 'topics'],
  producer: ['services/producer/src/main.ts'],
  aggregator: ['services/aggregator/src/main.ts'],
  sink: ['services/sink/src/main.ts'],
};

/** SCRAM over TLS. @param folder for the sink's database, a new one each time */
export function environmentOf(broker: SecureBroker, user: User, folder: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    KAFKA_BROKERS: broker.listeners.saslTls,
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: broker.passwordOf(user),
    KAFKA_SSL_CA_FILE: broker.certificates.ca,
    HTTP_PORT: '0',
    ...(user === 'topics' && { PARTITIONS: '2' }),
    ...(user === 'sink' && { DATABASE: join(folder, `${randomUUID()}.sqlite`) }),
  };
}

export interface RunningService {
  /** All that it has written so far. */
  output(): string;
  /** The exit code; null after SIGKILL. */
  exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

export function launch(user: User, env: Record<string, string>): RunningService {
  const child = spawn(process.execPath, scripts[user], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return {
    output: () => output,
    exited: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    kill: (signal) => void child.kill(signal),
  };
}

/** The library's settings for a user; a client certificate stands for itself. SCRAM-SHA-512 over TLS unless said otherwise. */
export function clientSettings(
  broker: SecureBroker,
  user: string | undefined,
  way: {
    listener?: 'saslTls' | 'sasl' | 'mutualTls';
    mechanism?: 'scram-sha-512' | 'scram-sha-256' | 'plain';
  } = {},
): KafkaSettings {
  const { listener = 'saslTls', mechanism = 'scram-sha-512' } = way;
  const { ca, client } = broker.certificates;
  const settings: KafkaSettings = { brokers: [broker.listeners[listener]], clientId: user ?? 'certified' };
  if (listener !== 'sasl') settings.ssl = { ca: [readFileSync(ca, 'utf8')] };
  if (listener === 'mutualTls') {
    settings.ssl = {
      ca: [readFileSync(ca, 'utf8')],
      cert: readFileSync(client.certificate, 'utf8'),
      key: readFileSync(client.key, 'utf8'),
    };
  }
  if (user === undefined) return settings;
  const sasl = { mechanism, username: user, password: broker.passwordOf(user) };
  return { ...settings, sasl: sasl as NonNullable<KafkaSettings['sasl']> };
}

/** The remedy that names operation and resource; a read or write that is missing shows as a DESCRIBE "which comes with" it. */
export function missing({ operation, resource, name }: Right): RegExp {
  const operationName = operation.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const resourceName = resource.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return new RegExp(`allow this user .*\\b${operationName}\\b.* on ${resourceName} ${name}`);
}

/** A record without a key to each partition: one more to commit, and one more for the dead letters. */
export async function writeDeadLetters(broker: SecureBroker): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: [broker.listeners.open], logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({
    topic: 'prices',
    messages: [0, 1].map((partition) => ({ value: 'bad', partition })),
  });
  await producer.disconnect();
}

/** Its status; empty while it is not there. */
export async function askSink(port: number): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/status`).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as Record<string, unknown>) : {};
}

/** The sink's explanation of a sliding window, as text. */
export async function askToExplain(
  port: number,
  symbol: string,
  windowEndMs: number,
): Promise<{ status: number; text: string }> {
  const query = `symbol=${symbol}&window=sliding-10s&window_end=${windowEndMs}`;
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/explain?${query}`);
  return { status: answer.status, text: await answer.text() };
}

export async function writeTo(cluster: Cluster, topic: string): Promise<void> {
  const writer = await openIdempotentWriter(cluster, { topic, partitionFor: () => 0, logger: silent });
  void writer.append(Buffer.from('k'), Buffer.from('v'), Date.now());
  await writer.close();
}

/** Its first record. */
export async function readFrom(cluster: Cluster, topic: string): Promise<void> {
  const reader = startReader(cluster, { logger: silent });
  const range = { topic, partition: 0, fromOffset: 0, toOffset: 1 };
  for await (const chunk of readRange(reader, range)) expect(chunk.bytes.length).toBeGreaterThan(0);
}

export async function fence(cluster: Cluster, transactionalId: string): Promise<void> {
  const options = { transactionalId, groupId: 'meanwhile', timeoutMs: 10_000, logger: silent };
  await TransactionalWriter.open(cluster, options);
}
