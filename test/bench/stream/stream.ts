import { resolve } from 'node:path';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { spreadText } from '../spread.ts';
import { withPipeline } from '../with-pipeline.ts';
import type { ListenArgs, ListenResult } from './stream-args.ts';

const listener = resolve(import.meta.dirname, 'listen.ts');
const SYMBOL = 'BENCH';
const FRAMES_PER_SECOND = 10;
const READERS = 1_000;
const IDLERS = 100;

export const streamBench: Bench = {
  name: 'stream',
  summary: 'CPU of a sink whose live stream 1,000 listen to, with and without 100 that never read',
  async run(context) {
    const readers = context.isQuick ? 50 : READERS;
    const idlers = context.isQuick ? 5 : IDLERS;
    const cases = [
      { readers: 1, idlers: 0 },
      { readers, idlers: 0 },
      { readers, idlers },
    ];
    const results: ListenResult[][] = [];
    const { brokers } = await context.broker();
    const env = { PARTITIONS: '1', WINDOWS: 'sliding:10s' };
    await withPipeline({ brokers, name: 'bench-stream', env }, async (pipeline) => {
      await pipeline.start('aggregator');
      const sink = await pipeline.start('sink');
      await pipeline.start('producer', { SOURCE: 'walk', SYMBOLS: SYMBOL, RATE: String(FRAMES_PER_SECOND) });
      for (let run = 0; run < context.runs; run += 1) {
        for (const [index, each] of cases.entries()) {
          const args: ListenArgs = {
            ...each,
            port: sink.port,
            symbol: SYMBOL,
            seconds: context.isQuick ? 2 : 15,
          };
          const result = await listenOnce(context, args);
          results[index] = [...(results[index] ?? []), result];
        }
      }
    });
    const [one, all, withIdlers] = results as [ListenResult[], ListenResult[], ListenResult[]];
    const reference = `${spreadText(one.map(shareOf))} (1 listener)`;
    const name = `${readers} listeners, ${FRAMES_PER_SECOND} frames a second each`;
    return [
      rowOf({ what: `CPU share of the sink: ${name}`, results: all, reference }),
      rowOf({ what: `the same, and ${idlers} more that never read`, results: withIdlers, reference }),
    ];
  },
};

async function listenOnce(context: BenchContext, args: ListenArgs): Promise<ListenResult> {
  const result = await measure<ListenResult>(listener, args);
  const rate = result.frames / result.seconds / args.readers;
  context.say(
    `  ${args.readers} listeners, ${args.idlers} idle: ${shareOf(result).toFixed(3)} of a core, ${rate.toFixed(1)} frames/s each`,
  );
  const { ended, behind } = result;
  if (ended > 0 || behind > 0 || rate < FRAMES_PER_SECOND / 2) {
    throw new Error(
      `stream: ${ended} ended, ${behind} got less, ${rate.toFixed(1)} frames/s, wanted 0, 0, 10`,
    );
  }
  return result;
}

function shareOf({ sinkCpuSeconds, seconds }: ListenResult): number {
  return sinkCpuSeconds / seconds;
}

function rowOf(o: { what: string; results: ListenResult[]; reference: string }): Row {
  const ours = spreadText(o.results.map(shareOf));
  return { what: o.what, ours, reference: o.reference, ratio: '', wanted: '≤ 0.25 of a core' };
}
