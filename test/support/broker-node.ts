import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { runCommand } from '../../deploy/local/broker-command.ts';
import type { KafkaJava } from './broker-java.ts';
import { root, until } from './pipeline.ts';

/** One broker process that can be killed and started again on its data and its ports. */
export interface BrokerNode {
  start(): void;
  /** SIGSTOP: its connections stay, its answers do not come. */
  freeze(): Promise<void>;
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL after 8 s; nothing if it does not run. */
  stop(): Promise<void>;
  readonly isRunning: boolean;
  /** The end of its log. */
  lastWords(): string;
}

export interface BrokerNodeOptions {
  java: KafkaJava;
  folder: string;
  /** Unique on this machine. */
  name: string;
  /** server.properties. */
  settings: Record<string, string>;
  /** Further arguments of `kafka-storage format`: SCRAM users, feature levels. */
  format?: string[];
  heapMb: number;
}

/** For the files of all nodes that belong together; where the next run looks for what a killed one left behind. */
export function brokerFolder(name: string): string {
  return join(root, 'var', `test-kafka-${process.pid}`, `${name}-${randomUUID().slice(0, 8)}`);
}

export function removeBrokerFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const parent = dirname(folder);
  if (existsSync(parent) && readdirSync(parent).length === 0) rmdirSync(parent);
}

/** Writes the settings and formats the storage; nothing runs yet. */
export async function makeBrokerNode(o: BrokerNodeOptions): Promise<BrokerNode> {
  mkdirSync(o.folder, { recursive: true });
  const propertiesPath = join(o.folder, 'server.properties');
  const log4jPath = join(o.folder, 'log4j2.yaml');
  writeFileSync(log4jPath, readFileSync(join(root, 'deploy/local/kafka/log4j2.yaml')));
  const settings = { ...o.settings, 'log.dirs': join(o.folder, 'log') };
  writeFileSync(
    propertiesPath,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
      .join(''),
  );
  await format(o, propertiesPath);

  let starts = 0;
  let running: { name: string; end: Promise<void>; lease: () => void } | undefined;

  async function signal(signalName: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
    if (running === undefined)
      throw new Error(`${signalName} to ${o.name}: not running, wanted a running broker`);
    const pid = Number(readFileSync(pidPath(o), 'utf8'));
    await o.java.signal({ name: running.name, pid }, signalName);
  }

  return {
    start() {
      const name = `${o.name}-${++starts}`;
      const jvm = [`-Xmx${o.heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
      jvm.push(`-Dlog4j2.configurationFile=${log4jPath}`);
      const command = o.java.command({ name, folder: o.folder, jvm, main: ['kafka.Kafka', propertiesPath] });
      const log = openSync(logPath(o), 'a');
      // The guard ends the broker when this process ends, however it ends. A group of its own: Ctrl-C reaches us, not the broker.
      const guard = spawn('sh', [guardPath, pidPath(o), ...command], {
        detached: true,
        stdio: ['pipe', log, log],
      });
      closeSync(log);
      guard.stdin!.on('error', () => {});
      const end = new Promise<void>((resolve) => {
        guard.once('error', () => resolve());
        guard.once('exit', () => resolve());
      });
      const own = { name, end, lease: () => void guard.stdin!.destroy() };
      running = own;
      void end.then(() => {
        if (running === own) running = undefined;
      });
    },
    freeze: () => signal('SIGSTOP'),
    async kill() {
      const end = running?.end;
      await signal('SIGKILL');
      await end;
    },
    async stop() {
      running?.lease();
      await running?.end;
    },
    get isRunning() {
      return running !== undefined;
    },
    lastWords: () =>
      existsSync(logPath(o)) ? readFileSync(logPath(o), 'utf8').trim().split('\n').slice(-8).join('\n') : '',
  };
}

async function format(o: BrokerNodeOptions, propertiesPath: string): Promise<void> {
  const main = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    propertiesPath,
    ...(o.format ?? []),
  ];
  const jvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const [program, ...args] = o.java.command({ name: `${o.name}-format`, folder: o.folder, jvm, main });
  const formatted = await runCommand(program!, args, { timeoutMs: 60_000 });
  if (!formatted.isOk) throw new Error(`formatting ${o.folder} failed: ${formatted.failure}`);
}

/** Waits until `isSo`. @throws with the brokers' last words when one ends meanwhile or the time is up */
export async function untilServing(
  what: string,
  nodes: readonly BrokerNode[],
  isSo: () => Promise<boolean>,
): Promise<void> {
  try {
    await until(what, 90_000, () => {
      if (nodes.some((node) => !node.isRunning)) throw new Error('a broker has ended');
      return isSo();
    });
  } catch (error) {
    const said = nodes.map((node) => node.lastWords()).join('\n--\n');
    throw new Error(`${(error as Error).message}; the brokers' logs end:\n${said}`, { cause: error });
  }
}

/**
 * A port that nobody listens on, outside of the range from which systems give ports to outgoing connections (32768 and up): it stays
 * free while its broker is down, and a client that tries to reconnect cannot connect to itself.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}

function logPath(o: BrokerNodeOptions): string {
  return join(o.folder, 'broker.log');
}

function pidPath(o: BrokerNodeOptions): string {
  return join(o.folder, 'broker.pid');
}

const clusterId = 'bWVhbndoaWxlLWthZmthMA';
const guardPath = join(root, 'deploy/local/kafka/guard.sh');
