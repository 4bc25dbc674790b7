import { expect, test } from 'vitest';
import { markdown, placed } from './bench/markdown.ts';
import { centsOf, priceBytes, sumOfCents } from './bench/price-records.ts';
import { quantile, ratioText, spreadOf, spreadText } from './bench/spread.ts';

test('spreadOf: the middle one, or the mean of the two in the middle', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(() => spreadOf([])).toThrow('0 values');
});

test('quantile: nearest rank, never between two values', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 0.999)).toBe(100);
  expect(quantile([7], 0.5)).toBe(7);
});

test('spreadText: three digits, a range only where there is one', () => {
  expect(spreadText([1.234, 1.2, 1.25], 'ms')).toBe('1.23 (1.20-1.25) ms');
  expect(spreadText([1234.5])).toBe('1235');
  expect(spreadText([0.001234])).toBe('0.0012');
});

test('ratioText: run by run, so that noise common to both cancels out', () => {
  expect(ratioText([10, 100], [1, 10])).toBe('10.0 (10.0-10.0)');
});

test('markdown: command, machine, a column for each part of a row', () => {
  const rows = [{ what: 'read', ours: '7', reference: '1', ratio: '7', wanted: '≥ 5' }];
  const text = markdown({ command: 'npm run bench -- read', machine: '2 cores', rows });
  expect(text).toContain('`npm run bench -- read`');
  expect(text).toContain('2 cores');
  expect(text).toContain('| read | 7 | 1 | 7 | ≥ 5 |');
});

test('placed: between its own markers, everything else stays', () => {
  const before =
    '# B\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nkept\n<!-- bench:b -->\nb\n<!-- /bench:b -->\n';
  const after = placed(before, 'a', 'new\n');
  expect(after).toBe(before.replace('old', 'new'));
  expect(placed(after, 'a', 'new\n')).toBe(after);
});

test('placed: a document without the markers gets them once', () => {
  const once = placed('# B\n', 'a', 'x\n');
  expect(once).toBe('# B\n\n## a\n\n<!-- bench:a -->\nx\n<!-- /bench:a -->\n');
  expect(placed(once, 'a', 'y\n')).toBe(once.replace('\nx\n', '\ny\n'));
});

test('placed: half a pair of markers is an error, not a second block', () => {
  expect(() => placed('<!-- bench:a -->\n', 'a', 'x\n')).toThrow('markers of a');
});

test('price records: 70 bytes of JSON, whole cents, times that do not go back', () => {
  const stream = { keys: 3, startMs: 1_700_000_000_000, recordsPerMs: 2 };
  const records = Array.from({ length: 200 }, (_, index) => priceBytes(stream, index));
  const prices = records.map((bytes) => JSON.parse(bytes.toString()));
  expect(new Set(records.map(({ length }) => length))).toEqual(new Set([70]));
  expect(prices.map(({ price }) => Math.round(price * 100))).toEqual(
    prices.map((_, index) => centsOf(index)),
  );
  expect(prices[199].timestamp).toBe(stream.startMs + 99);
  expect(sumOfCents(200)).toBe(prices.reduce((sum, { price }) => sum + Math.round(price * 100), 0));
});
