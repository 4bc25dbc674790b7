import { spawnSync } from 'node:child_process';
import kafkajs from 'kafkajs';
import { root } from './pipeline.ts';

/** Runs a command of the command line to its end. */
export function meanwhile(
  env: Record<string, string>,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } } as const;
  return spawnSync(process.execPath, ['services/cli/src/main.ts', ...args], options);
}

/** The same with `--json`. @throws with what it printed, when it does not end with 0 */
export function meanwhileJson<T>(env: Record<string, string>, ...args: string[]): T {
  const { status, stdout, stderr } = meanwhile(env, ...args, '--json');
  if (status !== 0) throw new Error(`${args.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

export interface Message {
  key: string | null;
  value: string | Buffer | null;
  partition: number;
  /** Several values: as many headers of that name. */
  headers?: Record<string, string | string[]>;
}

/** Sends records with the stock client: an outside producer. */
export async function sendMessages(brokers: string, topic: string, messages: Message[]): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** Prices of a few symbols, 10 ms apart, over `partitions` partitions. */
export function priceMessages(
  count: number,
  o: { startMs: number; partitions: number; firstIndex?: number },
): Message[] {
  return Array.from({ length: count }, (_, i) => {
    const index = i + (o.firstIndex ?? 0);
    const partition = index % o.partitions;
    const symbol = `S${partition}-${index % 3}`;
    const value = { symbol, price: 100 + (index % 17) / 10, timestamp: o.startMs + index * 10 };
    return { key: symbol, value: JSON.stringify(value), partition };
  });
}
