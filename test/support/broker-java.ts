import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../deploy/local/broker-command.ts';
import { kafkaJars } from '../../deploy/local/broker-jars.ts';
import { kafkaVersion } from '../../deploy/local/broker-settings.ts';

/** How a main class of Apache Kafka is run on this machine. Both ways see the same files and the host's network. */
export interface KafkaJava {
  way: 'local' | 'docker';
  /** Program and arguments. @param o.name unique; of the container, if it is one. @param o.folder all files that it touches */
  command(o: { name: string; folder: string; jvm?: string[]; main: string[] }): string[];
  /** As `kill` does, from outside of the container if it is one. */
  signal(running: { name: string; pid: number }, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void>;
}

const image = `apache/kafka:${kafkaVersion}`;

/**
 * The machine's own Java where Kafka's jars are cached (it starts fastest), else containers, else Java with jars that Maven fetches
 * once. `MEANWHILE_BROKER=docker|local` forces a way.
 *
 * @returns the way, or in a text why there is none
 */
export async function findKafkaJava(): Promise<KafkaJava | string> {
  const forced = process.env['MEANWHILE_BROKER'];
  const noJava = forced === 'docker' ? 'MEANWHILE_BROKER=docker' : await whyNoJava();
  if (noJava === undefined && (existsSync(cachedJars()) || forced === 'local')) return localJava();
  const noDocker = forced === 'local' ? 'MEANWHILE_BROKER=local' : await whyNoDocker();
  if (noDocker === undefined) return dockerJava();
  if (noJava !== undefined)
    return `no Kafka to run several brokers with: Java: ${noJava}; Docker: ${noDocker}`;
  return localJava().catch((error: Error) => `no Kafka to run several brokers with: ${error.message}`);
}

async function localJava(): Promise<KafkaJava> {
  const jars = await kafkaJars({ purpose: 'test', env: process.env, log: () => {} });
  return {
    way: 'local',
    command: ({ jvm = [], main }) => [javaPath(), ...jvm, '-cp', join(jars, '*'), ...main],
    async signal({ pid }, signal) {
      process.kill(pid, signal);
    },
  };
}

function dockerJava(): KafkaJava {
  return {
    way: 'docker',
    command({ name, folder, jvm = [], main }) {
      const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      const container = [
        '--rm',
        '--name',
        name,
        '--network',
        'host',
        '--user',
        user,
        '-v',
        `${folder}:${folder}`,
      ];
      const java = ['--entrypoint', 'java', image, ...jvm, '-cp', '/opt/kafka/libs/*', ...main];
      return ['docker', 'run', ...container, ...java];
    },
    async signal({ name }, signal) {
      const sent = await runCommand('docker', ['kill', '--signal', signal, name], { timeoutMs: 20_000 });
      if (!sent.isOk) throw new Error(`${signal} to broker ${name} failed: ${sent.failure}`);
    },
  };
}

async function whyNoJava(): Promise<string | undefined> {
  const asked = await runCommand(javaPath(), ['-version'], { timeoutMs: 20_000 });
  if (!asked.isOk) return asked.failure;
  const version = /version "(\d+)/.exec(asked.stdout)?.[1];
  return Number(version) >= 17 ? undefined : `version ${version}, wanted 17 or later`;
}

async function whyNoDocker(): Promise<string | undefined> {
  // Only on Linux does a container share the host's network, on which the brokers' advertised addresses lie.
  if (process.platform !== 'linux') return 'needs Linux';
  const found = await runCommand('docker', ['image', 'inspect', image], { timeoutMs: 10_000 });
  return found.isOk ? undefined : found.failure;
}

function javaPath(): string {
  const home = process.env['JAVA_HOME'];
  return home ? join(home, 'bin', 'java') : 'java';
}

function cachedJars(): string {
  return join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'meanwhile',
    `kafka-${kafkaVersion}`,
  );
}
