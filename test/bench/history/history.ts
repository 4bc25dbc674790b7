import { resolve } from 'node:path';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { quantile, spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';
import {
  type AskArgs,
  type AskResult,
  type FillArgs,
  type FillResult,
  POINTS,
  SYMBOL,
} from './history-args.ts';

const filler = resolve(import.meta.dirname, 'fill.ts');
const asker = resolve(import.meta.dirname, 'ask.ts');
const MILLION = 1_000_000;

export const historyBench: Bench = {
  name: 'history',
  summary: `ranges of 1,000,000 stored points in ${POINTS} columns, asked while a live stream is served`,
  async run(context) {
    const rows = context.isQuick ? 50_000 : MILLION;
    const cases = [
      { what: 'one a second', stepMs: 1_000 },
      { what: 'ten a second', stepMs: 100 },
    ];
    const found: Row[] = [];
    for (const each of cases) found.push(...(await rowsOf(context, { ...each, rows })));
    return found;
  },
};

async function rowsOf(
  context: BenchContext,
  o: { what: string; stepMs: number; rows: number },
): Promise<Row[]> {
  const { brokers } = await context.broker();
  const env = { PARTITIONS: '1', WINDOWS: 'sliding:10s', RETENTION: '365d' };
  return withPipeline({ brokers, name: 'bench-history', env }, async (pipeline) => {
    const database = pipeline.env['DATABASE']!;
    const endMs = Date.now() - 60_000;
    const fill: FillArgs = { database, rows: o.rows, endMs, stepMs: o.stepMs };
    const filled = await measure<FillResult>(filler, fill);
    const rate = o.rows / filled.cpuSeconds / 1e3;
    context.say(
      `  ${o.rows} rows, ${o.what}: ${filled.cpuSeconds.toFixed(1)} CPU-s to store, ${(filled.bytes / o.rows).toFixed(0)} bytes a row`,
    );
    await pipeline.start('aggregator');
    const sink = await pipeline.start('sink');
    await pipeline.start('producer', { SOURCE: 'walk', SYMBOLS: `${SYMBOL},OTHER`, RATE: '50' });
    const results: AskResult[] = [];
    for (let run = 0; run < context.runs; run += 1) {
      const args: AskArgs = {
        port: sink.port,
        database,
        queries: context.isQuick ? 30 : 400,
        fromMs: endMs - (o.rows - 1) * o.stepMs,
        toMs: endMs,
      };
      const result = await measure<AskResult>(asker, args);
      if (result.frames === 0) throw new Error('history: 0 frames of the live stream, wanted some');
      results.push(result);
      context.say(`  run ${run + 1}: p99 ${quantile(result.durationsMs, 0.99).toFixed(1)} ms`);
    }
    const name = `${o.rows} points, ${o.what}`;
    return [
      quantileRow({ what: `${name}: any range, p50`, results, share: 0.5, wanted: '' }),
      quantileRow({ what: `${name}: any range, p99`, results, share: 0.99, wanted: '≤ 50 ms' }),
      rowOf(`${name}: all of them, p99`, {
        ours: spreadText(
          results.map(({ wholeMs }) => quantile(wholeMs, 0.99)),
          'ms',
        ),
        wanted: '≤ 50 ms',
      }),
      rowOf(`${name}: longest hold of the event loop meanwhile`, {
        ours: spreadText(
          results.map(({ heldMs }) => heldMs),
          'ms',
        ),
        reference: `${spreadText(
          results.map(({ heldQuietMs }) => heldQuietMs),
          'ms',
        )} (only the stream)`,
        wanted: '≤ 50 ms',
      }),
      rowOf(`${name}: stored, with roll-ups`, { ours: `${rate.toFixed(0)} k/CPU-s`, wanted: '' }),
    ];
  });
}

function quantileRow(o: { what: string; results: AskResult[]; share: number; wanted: string }): Row {
  const ours = o.results.map(({ durationsMs }) => quantile(durationsMs, o.share));
  const plain = o.results.map(({ plainMs }) => quantile(plainMs, o.share));
  const reference = `${spreadText(plain, 'ms')} (GROUP BY over the rows)`;
  return rowOf(o.what, { ours: spreadText(ours, 'ms'), reference, wanted: o.wanted });
}

function rowOf(what: string, o: { ours: string; reference?: string; wanted: string }): Row {
  return { what, ours: o.ours, reference: o.reference ?? '', ratio: '', wanted: o.wanted };
}
