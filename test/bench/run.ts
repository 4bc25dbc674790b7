// `npm run bench [-- name …]`: figures in time, each beside its plain reference. See --help.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Broker, provideBroker } from '../../deploy/local/broker.ts';
import type { BenchContext, Row } from './bench.ts';
import { benches } from './benches.ts';
import { describeMachine } from './machine.ts';
import { markdown, writeBetweenMarkers } from './markdown.ts';

const FULL_RUNS = 5;
const QUICK_RUNS = 2;
const document = resolve(import.meta.dirname, '../../docs/benchmarks.md');

const help = `Usage: npm run bench -- [name …] [--quick] [--runs N] [--write]

  names        ${benches.map(({ name, summary }) => `${name.padEnd(12)} ${summary}`).join('\n               ')}
  --quick      small and few: shows that it works, the figures mean nothing
  --runs N     how often each figure is taken (${FULL_RUNS}; quick: ${QUICK_RUNS}); the table has median (least-most)
  --write      puts the tables into docs/benchmarks.md, each between the markers of its name

Each side of a figure runs in processes of its own, ours and the reference by turns. CPU seconds are user and system time
of the measured process alone. Broker: KAFKA_BROKERS, else Docker, else local Java (MEANWHILE_BROKER=docker|local; its CPU is seen only with local).
All of them take about 25 minutes.
A CPU profile of every process: NODE_OPTIONS='--cpu-prof --cpu-prof-dir=var/profiles' npm run bench -- …
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
      runs: { type: 'string' },
      write: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const chosen = positionals.length === 0 ? benches : positionals.map(benchOf);
  const runs = runsOf(values.runs, values.quick === true);
  const owned = ownedBroker();
  const context = { isQuick: values.quick === true, runs, say, broker: () => owned.provide() };
  try {
    for (const bench of chosen) await show(bench, context, values.write === true, owned);
  } finally {
    await owned.stop();
  }
}

async function show(
  bench: (typeof benches)[number],
  context: BenchContext,
  isWritten: boolean,
  owned: ReturnType<typeof ownedBroker>,
): Promise<void> {
  say(`${bench.name}: ${bench.summary}`);
  const rows: Row[] = await bench.run(context);
  const command = `npm run bench -- ${bench.name}${context.isQuick ? ' --quick' : ''} --runs ${context.runs}`;
  const text = markdown({ command, machine: describeMachine(owned.describe()), rows });
  process.stdout.write(`\n${text}\n`);
  if (isWritten) writeBetweenMarkers(document, bench.name, text);
}

function ownedBroker() {
  let broker: Promise<Broker> | undefined;
  let described = 'none';
  return {
    provide() {
      broker ??= provideBroker({ purpose: 'test', log: say, env: process.env }).then((found) => {
        described = found.describe.split(',')[0]!; // not where its records are
        return found;
      });
      return broker;
    },
    describe: () => described,
    stop: async () => (await broker)?.stop(),
  };
}

function benchOf(name: string): (typeof benches)[number] {
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench) return bench;
  throw new Error(`bench: ${name}, wanted some of ${benches.map((each) => each.name).join(', ')}`);
}

function runsOf(text: string | undefined, isQuick: boolean): number {
  if (text === undefined) return isQuick ? QUICK_RUNS : FULL_RUNS;
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0) return runs;
  throw new Error(`--runs: ${text}, wanted a whole number above 0`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await main();
