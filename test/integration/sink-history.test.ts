import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';
import { sinkRows } from '../support/sink-rows.ts';

const T0 = 1_700_000_000_000;
const RECORDS = 20_000;
const SYMBOL = '<b>"A&B"</b>/ü';

interface Row {
  window_end: number;
  average: number;
}
interface Thinned {
  averages: Row[];
  column_ms?: number;
  columns?: {
    start: number;
    count: number;
    minimum: number;
    maximum: number;
    last: number;
    last_end: number;
  }[];
}

let pipeline: Pipeline;
let folder: string;
let base: string;
let rows: Row[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sink-history-'));
  const path = join(folder, 'prices.ndjson');
  const random = (index: number) => (Math.imul(index, 2_654_435_761) >>> 0) / 2 ** 32;
  const prices = Array.from({ length: RECORDS }, (_, index) => {
    // A few to a second, then a long pause, and again; one in fifty comes a little late and corrects its successors.
    const timestamp =
      T0 + index * 400 + Math.floor(index / 5_000) * 7_200_000 - (index % 50 === 49 ? 1_500 : 0);
    return JSON.stringify({ symbol: SYMBOL, price: 100 + 10 * random(index), timestamp });
  });
  writeFileSync(path, prices.join('\n'));
  const env = { PARTITIONS: '2', WINDOWS: 'sliding:10s' };
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'sink-history', env });
  await pipeline.produce({ SOURCE: `file:${path}`, SPEED: 'max' });
  // Both at once: the sink reads results and their corrections in transactions of many sizes.
  const sink = await pipeline.start('sink');
  await pipeline.start('aggregator');
  await pipeline.untilCommitted(60_000);
  base = `http://127.0.0.1:${sink.port}/api/v1`;
  await until('every result is stored', 60_000, async () => {
    rows = [...(await sinkRows(sink.port)).values()] as unknown as Row[];
    return rows.length === RECORDS;
  });
  rows.sort((a, b) => a.window_end - b.window_end);
});

afterAll(async () => {
  await pipeline?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function thinned(query: Record<string, number>): Promise<Thinned> {
  const all = { symbol: SYMBOL, window: 'sliding-10s', ...query };
  const text = Object.entries(all).map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await fetch(`${base}/averages?${String(new URLSearchParams(text))}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Thinned;
}

const lastMs = T0 + RECORDS * 400 + 3 * 7_200_000;
const HOUR = 3_600_000;
test.each([
  { name: 'all of it', points: 500 },
  { name: 'all of it, very small', points: 2 },
  { name: 'an hour, rows', fromMs: T0 + 60_007, toMs: T0 + HOUR, points: 4_000 },
  { name: 'half an hour, from rows', fromMs: T0 + 60_007, toMs: T0 + HOUR / 2, points: 900 },
  { name: 'from ten seconds', fromMs: T0 + 123, toMs: T0 + HOUR, points: 300 },
  { name: 'from minutes', fromMs: T0 + 7 * HOUR + 123, toMs: T0 + 9 * HOUR, points: 60 },
  { name: 'from ten minutes', fromMs: T0 - 99 * HOUR, toMs: lastMs, points: 500 },
  { name: 'from hours', fromMs: T0 - 999 * HOUR, toMs: lastMs + 999 * HOUR, points: 100 },
])('thinned is what a plain pass over the rows gives: $name', async ({ fromMs, toMs, points }) => {
  const range = { ...(fromMs !== undefined && { from: fromMs }), ...(toMs !== undefined && { to: toMs }) };
  const { averages, column_ms, columns } = await thinned({ ...range, points });
  const inside = rows.filter(({ window_end: end }) => end >= (fromMs ?? 0) && end <= (toMs ?? lastMs));
  expect(inside.length).toBeGreaterThan(100);
  if (columns === undefined) {
    expect(inside.length).toBeLessThanOrEqual(points);
    expect(averages.map(({ window_end }) => window_end)).toEqual(inside.map(({ window_end }) => window_end));
    return;
  }
  expect(inside.length).toBeGreaterThan(points);
  expect(columns.length).toBeLessThanOrEqual(points);
  const wide = column_ms!;
  const starts = new Set(inside.map(({ window_end: end }) => Math.floor(end / wide) * wide));
  const wanted = [...starts].map((start) => {
    const within = rows.filter(({ window_end: end }) => end >= start && end < start + wide);
    const values = within.map(({ average }) => average);
    return {
      start,
      count: within.length,
      minimum: Math.min(...values),
      maximum: Math.max(...values),
      last: values.at(-1),
      last_end: within.at(-1)!.window_end,
    };
  });
  expect(columns).toMatchObject(wanted);
  expect(columns).toHaveLength(wanted.length);
});

test('queries beside each other are answered, each with its own answer', async () => {
  const asked = Array.from({ length: 40 }, (_, index) => ({
    from: T0,
    to: T0 + (index + 1) * 30_000,
    points: 4_000,
  }));
  const answers = await Promise.all(asked.map(thinned));
  for (const [index, { averages }] of answers.entries()) {
    const wanted = rows.filter(({ window_end: end }) => end >= T0 && end <= asked[index]!.to);
    expect(averages).toHaveLength(wanted.length);
  }
});

test('CSV has the same rows', async () => {
  const query = new URLSearchParams({ symbol: SYMBOL, window: 'sliding-10s', limit: '100' });
  const answer = await fetch(`${base}/averages?${String(query)}`, { headers: { accept: 'text/csv' } });
  const lines = (await answer.text()).trim().split('\r\n');
  expect(lines).toHaveLength(101);
  expect(lines[1]).toMatch(new RegExp(`^"<b>""A&B""</b>/ü",sliding-10s,[0-9]+,${rows[0]!.window_end},`));
});
