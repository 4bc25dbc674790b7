import { expect, test } from 'vitest';
import { SYMBOLS_MAX, tickers } from './symbols.ts';

test('names look like tickers, are all different, and the fewer are the first of the more', () => {
  const names = tickers(20_000);
  expect(new Set(names).size).toBe(20_000);
  for (const name of names) expect(name).toMatch(/^[A-Z]{4,5}$/);
  expect(tickers(50)).toEqual(names.slice(0, 50));
});

test('there are as many as the limit says', () => {
  expect(new Set(tickers(SYMBOLS_MAX)).size).toBe(SYMBOLS_MAX);
});
