import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { type Child, startChild } from '../../deploy/local/child.ts';

export const root = resolve(import.meta.dirname, '../..');

type Service = 'producer' | 'aggregator' | 'sink';

/** One input topic with its services, on topics, group and database of its own. */
export interface Pipeline {
  inputTopic: string;
  outputTopic: string;
  env: Record<string, string>;
  /** Starts one process of a service. */
  launch(service: Service, env?: Record<string, string>): Promise<Child>;
  /** The same, and waits until it is ready. */
  start(service: Service, env?: Record<string, string>): Promise<Child>;
  /** Runs the producer to the end of its source. @throws when it does not end with 0. */
  produce(env: Record<string, string>): Promise<void>;
  /** Waits until the group has committed the end of every input partition. */
  untilCommitted(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

let count = 0;

/** Creates the topics of a new pipeline. */
export async function makePipeline(o: {
  brokers: string;
  name: string;
  env?: Record<string, string>;
}): Promise<Pipeline> {
  const inputTopic = `${o.name}-${process.pid}-${++count}-${Date.now().toString(36)}`;
  const outputTopic = `${inputTopic}-averages`;
  const folder = mkdtempSync(join(tmpdir(), 'meanwhile-'));
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
    KAFKA_BROKERS: o.brokers,
    INPUT_TOPIC: inputTopic,
    OUTPUT_TOPIC: outputTopic,
    GROUP_ID: inputTopic,
    DATABASE: join(folder, 'averages.sqlite'),
    ...o.env,
  };
  const children: Child[] = [];
  let launches = 0;
  await runToEnd(['services/cli/src/main.ts', 'topics'], env);

  async function launch(service: Service, more: Record<string, string> = {}): Promise<Child> {
    const name = `${inputTopic}-${service}-${launches++}`;
    const script = `services/${service}/src/main.ts`;
    const child = await startChild({
      name,
      root,
      script,
      env: { ...env, INSTANCE_ID: name, ...more },
      port: 0,
    });
    children.push(child);
    return child;
  }

  return {
    inputTopic,
    outputTopic,
    env,
    launch,
    async start(service, more) {
      const child = await launch(service, more);
      await child.ready();
      return child;
    },
    produce: (more) => runToEnd(['services/producer/src/main.ts'], { ...env, HTTP_PORT: '0', ...more }),
    untilCommitted: (timeoutMs) => untilCommitted(o.brokers, inputTopic, timeoutMs),
    async stop() {
      await Promise.all(children.map((child) => child.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a script to its end. @throws with its output when it does not end with exit code 0. */
export function runToEnd(args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolveEnd, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.once('close', (code) => {
      if (code === 0) resolveEnd();
      else reject(new Error(`${args.join(' ')}: exit code ${code}\n${output}`));
    });
  });
}

/**
 * With the stock client: it tells the last committed offset while a transaction that a killed aggregator left
 * open is still unresolved.
 */
async function untilCommitted(brokers: string, topic: string, timeoutMs: number): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).admin();
  await admin.connect();
  const isCommitted = async () => {
    const ends = await admin.fetchTopicOffsets(topic);
    const [group] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
    const committed = new Map(group!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ends.every(({ partition, high }) => high === '0' || committed.get(partition)! >= Number(high));
  };
  try {
    await until(`all of ${topic} is committed`, timeoutMs, isCommitted);
  } finally {
    await admin.disconnect();
  }
}

/** Polls until `isSo`; a condition with a deadline instead of a sleep. */
export async function until(
  what: string,
  timeoutMs: number,
  isSo: () => Promise<boolean> | boolean,
  pollMs = 100,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolveSleep) => setTimeout(resolveSleep, pollMs));
  }
}
