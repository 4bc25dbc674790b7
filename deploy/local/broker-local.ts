import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Broker, BrokerRequest } from './broker.ts';
import { runCommand } from './broker-command.ts';
import { kafkaJars } from './broker-jars.ts';
import { endLeftovers, readRunning } from './broker-leftovers.ts';
import { freePort, waitUntilServing } from './broker-probe.ts';
import { brokerSettings, kafkaVersion } from './broker-settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Apache Kafka on the machine's own Java, one process that is broker and controller. `start` keeps its
 * records in `var/kafka`; a test's folder is removed at the end.
 */
export async function provideLocalBroker(request: BrokerRequest): Promise<Broker> {
  const java = await findJava(request.env);
  const jars = await kafkaJars(request);
  const folder = join(root, 'var', request.purpose === 'start' ? 'kafka' : `test-kafka-${process.pid}`);

  await endLeftovers(join(root, 'var'), request);
  const running = request.purpose === 'start' ? await readRunning(folder) : undefined;
  if (running) {
    const describe = `Apache Kafka ${kafkaVersion} of process ${running.ownerPid}, records in var/kafka`;
    return { brokers: running.brokers, way: 'local', describe, stop: async () => {} };
  }

  await mkdir(folder, { recursive: true });
  const address = await configure(folder, request);
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ ownerPid: process.pid, brokers: address }));
  await format(java, jars, folder);
  const run = await launch(java, jars, folder);
  try {
    await waitUntilServing(address, { timeoutMs: 90_000, stillThere: run.assertRuns });
  } catch (error) {
    await run.stop();
    const said = await tail(join(folder, 'broker.log'));
    throw new Error(`${(error as Error).message}${said && `; its log ends:\n${said}`}`, { cause: error });
  }
  const name = folder.slice(root.length);
  return {
    brokers: address,
    way: 'local',
    describe: `Apache Kafka ${kafkaVersion} on Java, records in ${name}`,
    stop: async () => {
      await run.stop();
      await rm(request.purpose === 'test' ? folder : join(folder, 'owner.json'), {
        recursive: true,
        force: true,
      });
    },
  };
}

async function findJava(env: BrokerRequest['env']): Promise<string> {
  const java = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java';
  const asked = await runCommand(java, ['-version'], { timeoutMs: 20_000 });
  if (!asked.isOk) throw new Error(`${asked.failure}, wanted Java 17 or later`);
  const version = /version "(\d+)/.exec(asked.stdout)?.[1];
  if (Number(version) < 17) throw new Error(`${java}: version ${version}, wanted Java 17 or later`);
  return java;
}

/** Writes server.properties and gives the address. Ports may differ at each start; the records stay. */
async function configure(folder: string, request: BrokerRequest): Promise<string> {
  const [port, controllerPort] = [await freePort(request.purpose === 'start' ? 9092 : 0), await freePort()];
  const address = `127.0.0.1:${port}`;
  const settings = {
    ...brokerSettings(request.purpose),
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://${address},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'log.dirs': join(folder, 'log'),
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`,
  );
  await writeFile(join(folder, 'server.properties'), lines.join(''));
  return address;
}

async function format(java: string, jars: string, folder: string): Promise<void> {
  if (existsSync(join(folder, 'log', 'meta.properties'))) return;
  const formatted = await runCommand(
    java,
    [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(jars, '*'),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      join(folder, 'server.properties'),
    ],
    { timeoutMs: 60_000 },
  );
  if (!formatted.isOk) throw new Error(`formatting ${folder} failed: ${formatted.failure}`);
}

interface Run {
  /** Throws when the broker has ended. */
  assertRuns: () => void;
  stop: () => Promise<void>;
}

/**
 * Starts the broker under guard.sh, in a process group of its own: a Ctrl-C at the terminal reaches us,
 * not the broker, so that the services can still commit; and it ends when we do, however we do.
 */
async function launch(java: string, jars: string, folder: string): Promise<Run> {
  const log = await open(join(folder, 'broker.log'), 'w');
  const memory = ['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'];
  const settings = ['-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${log4jPath}`];
  const main = ['-cp', join(jars, '*'), 'kafka.Kafka', join(folder, 'server.properties')];
  const guard: ChildProcess = spawn(
    'sh',
    [guardPath, join(folder, 'broker.pid'), java, ...memory, ...settings, ...main],
    { detached: true, stdio: ['pipe', log.fd, log.fd] },
  );
  await log.close();
  let ended: string | undefined;
  guard.stdin!.on('error', () => {}); // the lease may break from the other side: `ended` says so
  const end = new Promise<void>((resolve) => {
    guard.once('error', (error) => {
      ended = error.message;
      resolve();
    });
    guard.once('exit', (code, signal) => {
      ended ??= signal ?? `exit ${code}`;
      resolve();
    });
  });
  return {
    assertRuns: () => {
      if (ended) throw new Error(`the broker ended while it started: ${ended}`);
    },
    stop: async () => {
      guard.stdin!.destroy();
      await end;
    },
  };
}

async function tail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-8).join('\n');
}

// The same at each start, or the broker refuses the folder; which 16 bytes does not matter.
const clusterId = 'bWVhbndoaWxlLWthZmthMA';
const guardPath = fileURLToPath(new URL('kafka/guard.sh', import.meta.url));
const log4jPath = fileURLToPath(new URL('kafka/log4j2.yaml', import.meta.url));
