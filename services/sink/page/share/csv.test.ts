import { expect, test } from 'vitest';
import { csvOf } from './csv.js';

const range = { fromMs: 1_700_000_000_000, toMs: 1_700_000_060_000 };
const HEADER = 'symbol,window,window_end,average';

/** A server that holds these rows, `[window_end, average]`, and answers pages of 10,000. */
function serverOf(rows: [number, number][], symbolText: string) {
  const asked: string[] = [];
  return {
    asked,
    fetchText: async (path: string) => {
      asked.push(path);
      const from = Number(new URL(path, 'http://h/').searchParams.get('from'));
      const page = rows.filter(([end]) => end >= from).slice(0, 10_000);
      return `${[HEADER, ...page.map(([end, average]) => `${symbolText},w,${end},${average}`)].join('\r\n')}\r\n`;
    },
  };
}

test('a table of several pages has every row once', async () => {
  // Every other end is shared by two rows, one pair across the edge of the first page.
  const rows = Array.from({ length: 25_000 }, (_, index): [number, number] => [
    range.fromMs + Math.ceil(index / 2),
    index,
  ]);
  const server = serverOf(rows, 'A');
  const { text, rowCount } = await csvOf({ symbols: ['A'], windows: ['w'], range, ...server });
  expect([rowCount, server.asked.length]).toEqual([25_000, 3]);
  const averages = text
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(line.split(',')[3]));
  expect(averages).toEqual(rows.map(([, average]) => average));
});

test('a symbol may hold commas, quotes and line ends', async () => {
  const server = serverOf([[range.fromMs, 1]], '"a,""b""\r\nc"');
  const { text, rowCount } = await csvOf({ symbols: ['x'], windows: ['w'], range, ...server });
  expect(rowCount).toBe(1);
  expect(text).toBe(`${HEADER}\r\n"a,""b""\r\nc",w,${range.fromMs},1\r\n`);
});

test('symbols and windows come one after the other under one header', async () => {
  const server = serverOf([[range.fromMs, 1]], 'A');
  const { text, rowCount } = await csvOf({ symbols: ['A', 'B'], windows: ['w', 'v'], range, ...server });
  expect([rowCount, text.split(HEADER).length - 1]).toEqual([4, 1]);
});
