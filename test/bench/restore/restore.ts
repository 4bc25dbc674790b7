import { resolve } from 'node:path';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { preload } from '../preload.ts';
import type { ReadArgs, ReadResult } from '../read/read-result.ts';
import { ratioText, spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';
import type { PrepareArgs, RestoreArgs, RestoreResult } from './restore-args.ts';

const writeJournal = resolve(import.meta.dirname, 'write-journal.ts');
const restoreOnce = resolve(import.meta.dirname, 'restore-once.ts');
const stock = resolve(import.meta.dirname, '../read/kafkajs-reader.ts');

/** Replay reads journal entries too, and compares: few records in each is what a lightly loaded partition leaves. */
const CASES = [
  { windows: 'sliding:10s,tumbling:1m', recordsPerEntry: 1_000 },
  { windows: 'tumbling:1m', recordsPerEntry: 1_000 },
  { windows: 'sliding:10s,tumbling:1m', recordsPerEntry: 10 },
];
const KEYS = 500;
/** In the windows when the snapshot is taken. */
const RECORDS_PER_SNAPSHOT_KEY = 5;

export const restoreBench: Bench = {
  name: 'restore',
  summary:
    'input replayed per CPU second by a replica that takes a partition over; keys back from a snapshot',
  async run(context) {
    return [...(await replayRows(context)), ...(await snapshotRows(context))];
  },
};

async function replayRows(context: BenchContext): Promise<Row[]> {
  const { brokers } = await context.broker();
  const records = context.isQuick ? 50_000 : 3_000_000;
  return withPipeline({ brokers, name: 'bench-input', env: { PARTITIONS: '1' } }, async ({ inputTopic }) => {
    context.say(`  filling 1 partition with ${records} records`);
    const stream = { keys: KEYS, startMs: Date.now() - records - 60_000, recordsPerMs: 1 };
    await preload(brokers, { topic: inputTopic, partitions: 1, records, stream });
    const stockRates: number[] = [];
    for (let run = 0; run < context.runs; run++) {
      const args: ReadArgs = { brokers, topic: inputTopic, records };
      const { cpuSeconds } = await measure<ReadResult>(stock, args);
      stockRates.push(records / cpuSeconds / 1e6);
    }
    const rows: Row[] = [];
    for (const one of CASES) {
      const args = { brokers, inputTopic, records, ...one };
      rows.push(await replayRow(context, args, stockRates));
    }
    return rows;
  });
}

async function replayRow(
  context: BenchContext,
  args: Omit<PrepareArgs, 'outputTopic'>,
  stockRates: readonly number[],
): Promise<Row> {
  const { brokers, inputTopic, windows, records, recordsPerEntry } = args;
  const env = { INPUT_TOPIC: inputTopic };
  return withPipeline({ brokers, name: 'bench-restore', env }, async ({ outputTopic }) => {
    const prepare: PrepareArgs = { ...args, outputTopic };
    const { entries } = await measure<{ entries: number }>(writeJournal, prepare);
    const results = await restoreRuns(context, prepare, `${windows}, ${entries} entries`);
    const rates = results.map(({ replayCpuSeconds }) => records / replayCpuSeconds / 1e6);
    return {
      what: `replay, ${windows}, ${records} records, ${recordsPerEntry} in a journal entry`,
      ours: spreadText(rates, 'M/CPU-s'),
      reference: `${spreadText(stockRates, 'M/CPU-s')} (kafkajs, empty eachBatch)`,
      ratio: ratioText(rates, stockRates),
      wanted: '≥ 3 M/CPU-s',
    };
  });
}

/** The snapshot of a real aggregator that was stopped. */
async function snapshotRows(context: BenchContext): Promise<Row[]> {
  const { brokers } = await context.broker();
  const keys = context.isQuick ? 5_000 : 100_000;
  const records = keys * RECORDS_PER_SNAPSHOT_KEY;
  const windows = 'sliding:10s,tumbling:1m';
  const env = { PARTITIONS: '1', WINDOWS: windows };
  const results = await withPipeline({ brokers, name: 'bench-keys', env }, async (pipeline) => {
    const { inputTopic, outputTopic } = pipeline;
    context.say(`  filling 1 partition with ${keys} keys`);
    // All within 5 s of event time: every record is in the sliding window still.
    const stream = { keys, startMs: Date.now() - 10_000, recordsPerMs: Math.ceil(records / 5_000) };
    await preload(brokers, { topic: inputTopic, partitions: 1, records, stream });
    const aggregator = await pipeline.start('aggregator');
    await pipeline.untilCommitted(300_000);
    await aggregator.stop(); // at once: silence would move the watermark and let the keys go
    return restoreRuns(context, { brokers, inputTopic, outputTopic, windows }, `${keys} keys`);
  });
  const found = results.find((result) => result.keys !== keys);
  if (found) throw new Error(`restore: ${found.keys} keys are back, wanted ${keys}`);
  const row = (what: string, wanted: string, figure: (result: RestoreResult) => number): Row => ({
    what: `${keys} keys from a snapshot: ${what}`,
    ours: spreadText(
      results.map((result) => figure(result) / 1_000),
      's',
    ),
    reference: '',
    ratio: '',
    wanted,
  });
  return [
    row('from the assignment', '≤ 3 s', ({ openMs }) => openMs),
    row('from the start of the process', '', ({ totalMs }) => totalMs),
  ];
}

async function restoreRuns(context: BenchContext, args: RestoreArgs, what: string): Promise<RestoreResult[]> {
  const results: RestoreResult[] = [];
  for (let run = 0; run < context.runs; run++) {
    const result = await measure<RestoreResult>(restoreOnce, args);
    results.push(result);
    const { replayCpuSeconds, openMs, keys } = result;
    context.say(
      `  ${what}, run ${run + 1}: ${replayCpuSeconds.toFixed(2)} CPU-s, ${Math.round(openMs)} ms, ${keys} keys`,
    );
  }
  return results;
}
