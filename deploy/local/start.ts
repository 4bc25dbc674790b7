// `npm start`: broker, topics, producer, aggregators and sink on this machine, until Ctrl-C.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { provideBroker } from './broker.ts';
import { type Child, lastLines, startChild } from './child.ts';

const HELP = `Usage: npm start [-- --help]

Starts everything on this machine: a broker (KAFKA_BROKERS if set, else Docker's, else a local
Apache Kafka), the topics, a producer, two aggregators and the sink with its page.
Ctrl-C ends it; the next start goes on where it was. Data and logs are in var/.

  AGGREGATORS=2   replicas of the aggregator
  SOURCE=walk     where prices come from: walk, simulate, file:<path>
  HTTP_PORT=8080  port of the page

All settings of the services (npm run aggregator -- --help) are passed on to them.`;

const root = resolve(import.meta.dirname, '../..');

if (process.argv.includes('--help')) console.log(HELP);
else process.exit(await main());

async function main(): Promise<number> {
  const stops: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  const asked = new Promise<number>((resolveStop) => {
    stopping.signal.addEventListener('abort', () => resolveStop(0));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  });
  try {
    return await Promise.race([asked, run(stops, stopping.signal)]);
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    return 1;
  } finally {
    console.log('\nstopping …');
    for (const stop of stops.reverse()) await stop();
  }
}

/** Resolves with an exit code when something ends that should not. */
async function run(stops: (() => Promise<unknown>)[], stopping: AbortSignal): Promise<number> {
  const replicas = positiveInteger('AGGREGATORS', 2);
  console.log('Meanwhile');
  const providing = provideBroker({
    purpose: 'start',
    env: process.env,
    log: (line) => console.log(`    ${line}`),
  });
  stops.push(async () => (await providing.catch(() => undefined))?.stop());
  const broker = await providing;
  tick('broker', `${broker.describe} at ${broker.brokers}`);
  const env: Record<string, string | undefined> = {
    SOURCE: 'walk',
    ...process.env,
    KAFKA_BROKERS: broker.brokers,
  };

  makeTopics(env);
  tick('topics', `${env['INPUT_TOPIC'] ?? 'prices'} → ${env['OUTPUT_TOPIC'] ?? 'averages'}`);

  const children: Child[] = [];
  stops.push(() => Promise.all(children.map((child) => child.stop())));
  async function start(name: string, service: string, port = 0): Promise<Child> {
    const script = `services/${service}/src/main.ts`;
    const child = await startChild({ name, root, script, env: { ...env, INSTANCE_ID: name }, port });
    children.push(child);
    return child;
  }
  const sink = await start('sink', 'sink', Number(process.env['HTTP_PORT'] || 8080));
  const aggregators = await Promise.all(
    Array.from({ length: replicas }, (_, i) => start(`aggregator-${i + 1}`, 'aggregator')),
  );
  const producer = await start('producer', 'producer');

  await Promise.all(aggregators.map((child) => child.ready()));
  tick('aggregator', `${replicas} replicas`);
  await producer.ready();
  tick('producer', env['SOURCE'] ?? '');
  await sink.ready();
  tick('sink', `${env['DATABASE'] ?? 'var/averages.sqlite'}, logs in var/log/`);
  console.log(`\nThe page: http://localhost:${sink.port}`);
  return Promise.race(children.map((child) => unexpectedEnd(child, stopping)));
}

/** A finite source ends by itself; everything else is to run until it is asked to stop. */
async function unexpectedEnd({ name, exited, logFile }: Child, stopping: AbortSignal): Promise<number> {
  const code = await exited;
  if (stopping.aborted) return 0;
  if (name === 'producer' && code === 0) {
    console.log('producer: the source is at its end, everything is sent');
    return new Promise(() => {});
  }
  throw new Error(`${name} ended with exit code ${code}:\n${lastLines(logFile)}`);
}

function makeTopics(env: Record<string, string | undefined>): void {
  const run = spawnSync(process.execPath, ['services/cli/src/main.ts', 'topics'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`topics: exit code ${run.status}\n${run.stdout}${run.stderr}`);
}

function positiveInteger(name: string, fallback: number): number {
  const text = process.env[name] || String(fallback);
  if (!/^[1-9][0-9]*$/.test(text)) throw new Error(`${name}=${text}: a whole number, at least 1`);
  return Number(text);
}

function tick(what: string, detail: string): void {
  console.log(`  ✓ ${what.padEnd(10)} ${detail}`);
}
