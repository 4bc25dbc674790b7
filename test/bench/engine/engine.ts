import { resolve } from 'node:path';
import { parseWindows } from '@meanwhile/windowing';
import type { Bench, BenchContext, Row } from '../bench.ts';
import { measure } from '../measure.ts';
import { spreadOf, spreadText } from '../spread.ts';
import { type EngineArgs, type EngineCase, type EngineResult, SWAP_DISTANCE } from './engine-case.ts';

const driver = resolve(import.meta.dirname, 'drive-engine.ts');
const RECORDS = 8 * 2 ** 20;
/** Where each record sends many results. */
const RECORDS_MANY_RESULTS = 2 ** 19;
const QUICK_RECORDS = 2 ** 17;

const inOrder = { recordsPerMs: 1, swapEvery: 0, counts: 'records', wanted: 10 } as const;
const swapped = { recordsPerMs: 1, swapEvery: 16, wanted: 5 } as const;
const cases: EngineCase[] = [
  ...[10, 100, 1_000, 10_000, 100_000].map((perWindow) => ({
    ...inOrder,
    what: `sliding, ${perWindow} records in a window, every update`,
    definition: definition(`sliding:${perWindow}ms`, 'updates'),
    keys: 1,
  })),
  {
    ...inOrder,
    what: 'sliding 10s, 10 records in each ms, every update',
    definition: definition('sliding:10s', 'updates'),
    keys: 1,
    recordsPerMs: 10,
  },
  ...[500, 100_000].flatMap((keys) => [
    {
      ...inOrder,
      what: `sliding 10s, ${keys} keys, every update`,
      definition: definition('sliding:10s', 'updates'),
      keys,
      recordsPerMs: keys === 500 ? 1 : 200, // as many records in the window of a key
    },
    {
      ...inOrder,
      what: `tumbling 10s, ${keys} keys, final`,
      definition: definition('tumbling:10s', 'final'),
      keys,
      recordsPerMs: keys === 500 ? 1 : 200,
    },
  ]),
  { ...inOrder, what: 'tumbling 10s, both', definition: definition('tumbling:10s', 'both'), keys: 100 },
  { ...inOrder, what: 'hopping 10s/1s, final', definition: definition('hopping:10s/1s', 'final'), keys: 100 },
  { ...inOrder, what: 'hopping 10s/1s, both', definition: definition('hopping:10s/1s', 'both'), keys: 10 },
  ...(['tumbling:10s', 'hopping:10s/1s'] as const).map((text) => ({
    ...swapped,
    what: `${text.replace(':', ' ')}, ${SWAP_DISTANCE} records out of order, final`,
    definition: definition(text, 'final'),
    keys: 100,
    counts: 'records' as const,
  })),
  ...[10, 1_000, 10_000].map((perWindow) => ({
    ...swapped,
    what: `sliding, ${perWindow} records in a window, ${SWAP_DISTANCE} records out of order, every update`,
    definition: definition(`sliding:${perWindow}ms`, 'updates'),
    keys: 1,
    counts: 'results' as const,
  })),
];

export const engineBench: Bench = {
  name: 'engine',
  summary:
    'the window engine alone, all aggregates worked out: records or results per CPU second, heap per record',
  async run(context) {
    const rows: Row[] = [];
    for (const each of cases) rows.push(await rowOf(each, context));
    return rows;
  },
};

async function rowOf(each: EngineCase, context: BenchContext): Promise<Row> {
  const { what, definition, keys, recordsPerMs, swapEvery, counts, wanted } = each;
  const full = counts === 'results' ? RECORDS_MANY_RESULTS : RECORDS;
  const records = context.isQuick ? QUICK_RECORDS : full;
  const args: EngineArgs = { definition, keys, recordsPerMs, swapEvery, records };
  const runs: EngineResult[] = [];
  for (let run = 0; run < context.runs; run++) runs.push(await measure<EngineResult>(driver, args));
  if (runs.some(({ checksum }) => checksum !== runs[0]!.checksum))
    throw new Error(`${what}: results differ from run to run`);

  const rates = runs.map((run) => (counts === 'records' ? records : run.results) / run.cpuSeconds / 1e6);
  const heap = spreadOf(runs.map((run) => run.heapBytesPerRecord)).median;
  const gc = spreadOf(runs.map((run) => run.gcShare)).median;
  context.say(`  ${what}: ${spreadText(rates, `M ${counts}/CPU-s`)}`);
  const perRecord = (runs[0]!.results / records).toFixed(2);
  return {
    what: `engine, ${what} (${perRecord} results a record; ${heap.toFixed(2)} B of heap a record, ${(gc * 100).toFixed(1)} % collecting)`,
    ours: spreadText(rates, `M ${counts}/CPU-s`),
    reference: '',
    ratio: '',
    wanted: `≥ ${wanted} M, < 1 B, < 2 %`,
  };
}

function definition(text: string, emit: 'updates' | 'final' | 'both') {
  return { ...parseWindows(text)[0]!, emit };
}
