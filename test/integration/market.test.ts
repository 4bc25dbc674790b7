import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, test } from 'vitest';
import { checkTopics } from '../support/checker.ts';
import { dailyBars } from '../support/data.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';

/**
 * Their figures are sums of doubles, printed to the last digit; ours are the doubles next to the exact ones. A sum of
 * twenty is off by at most twenty roundings, a deviation by a few more.
 */
const MEAN_BOUND = 1e-15;
const DEVIATION_BOUND = 2e-14;
let pipeline: Pipeline | undefined;
let folder: string | undefined;

afterEach(async () => {
  await pipeline?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// second   0    1    2   …   19   20 …      bar i at second i: [i - 19 s, i] holds 20 bars, [i - 13 s, i] holds 14
test('mean and deviation of two years of daily bars are those that another project gives', async (ctx) => {
  const bars = dailyBars();
  if (!bars) return ctx.skip('the market data do not lie beside the project');
  const brokers = inject('brokers');
  const env = { PARTITIONS: '1', WINDOWS: 'sliding:19s,sliding:13s', IDLE_TIMEOUT: 'off' };
  pipeline = await makePipeline({ brokers, name: 'market', env });
  folder = mkdtempSync(join(tmpdir(), 'market-'));
  const path = join(folder, 'bars.csv');
  const rows = bars.closes.map((close, second) => `BARS,${second * 1_000},${close}`);
  writeFileSync(path, `symbol,timestamp,price\n${rows.join('\n')}\n`);
  await pipeline.start('aggregator');
  await pipeline.produce({ SOURCE: `file:${path}`, SPEED: 'max' });
  await pipeline.untilCommitted(60_000);

  const means = await fullWindows('sliding-19s', 20, 'average');
  const deviations = await fullWindows('sliding-13s', 14, 'stddev');
  expect([means.size, deviations.size]).toEqual([502 - 19, 502 - 13]);
  expect(differences(means, bars.means, MEAN_BOUND)).toEqual([]);
  expect(differences(deviations, bars.deviations, DEVIATION_BOUND)).toEqual([]);

  const { inputTopic, outputTopic } = pipeline;
  const report = await checkTopics({ brokers, inputTopic, outputTopic });
  expect(report.problems).toEqual([]);
  expect(report.counts).toMatchObject({ read: 502, results: 2 * 502, late: 0, deadLetters: 0 });
});

/** By bar, those windows only that hold as many bars as they are long. */
async function fullWindows(
  window: string,
  bars: number,
  field: 'average' | 'stddev',
): Promise<Map<number, number>> {
  const records = await readTopic(inject('brokers'), pipeline!.outputTopic);
  const results = records.map(({ value }) => JSON.parse(value!.toString()));
  const full = results.filter((result) => result.window === window && result.record_count === bars);
  return new Map(full.map((result) => [result.window_end / 1_000, result[field]]));
}

function differences(found: Map<number, number>, wanted: (number | null)[], bound: number): string[] {
  return wanted.flatMap((figure, bar) => {
    const ours = found.get(bar);
    const isSame =
      figure === null
        ? ours === undefined
        : ours !== undefined && Math.abs(ours - figure) <= bound * Math.abs(figure);
    return isSame ? [] : [`bar ${bar}: ${ours}, wanted ${figure}`];
  });
}
