import { spawn } from 'node:child_process';
import { type ExplainOptions, type ExplainQuery, type Explanation, explain } from '@meanwhile/explain';
import { type Cluster, connectCluster } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { root, silent } from '../support/pipeline.ts';

/** Of the first record; a multiple of 20 s, so that windows begin there. */
export const T0 = 1_700_000_000_000;

export interface Message {
  key: string | Buffer;
  value: string;
  headers?: Record<string, string>;
}

/** A price at T0 + `atMs`. */
export function price(symbol: string, value: number, atMs: number): Message {
  return { key: symbol, value: JSON.stringify({ symbol, price: value, timestamp: T0 + atMs }) };
}

/** Sends to partition 0 with the stock client, one batch. */
export async function send(brokers: string, topic: string, messages: Message[]): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({
    topic,
    acks: -1,
    messages: messages.map((message) => ({ ...message, partition: 0 })),
  });
  await producer.disconnect();
}

/** Asks for explanations of one pipeline. */
export async function openExplainer(
  brokers: string,
  topics: { inputTopic: string; outputTopic: string },
): Promise<{
  cluster: Cluster;
  ask: (
    symbol: string,
    window: string | undefined,
    windowEndMs: number,
    options?: Partial<ExplainOptions & Pick<ExplainQuery, 'partition' | 'revision'>>,
  ) => Promise<Explanation>;
  close: () => Promise<void>;
}> {
  const settings = { brokers: brokers.split(','), clientId: 'test-explain' };
  const cluster = await connectCluster(settings, { logger: silent });
  return {
    cluster,
    ask: (symbol, window, windowEndMs, { partition, revision, ...options } = {}) =>
      explain(
        { symbol, window, windowEndMs, partition, revision },
        // A loaded machine takes its time: what is read is asserted, not how fast.
        { cluster, logger: silent, limits: { readingMsMax: 120_000 }, ...topics, ...options },
      ),
    close: () => cluster.close(),
  };
}

/** Runs `meanwhile explain` to its end. */
export function runExplain(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ exitCode: number | null; lines: string[]; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['services/cli/src/main.ts', 'explain', ...args], {
      cwd: root,
      env,
    });
    let printed = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('close', (exitCode) => resolve({ exitCode, lines: printed.trimEnd().split('\n'), said }));
  });
}
