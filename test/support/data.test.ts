import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { generateDay, tradesDay } from './data.ts';

test('the generated day has the shape of the real one', () => {
  const day = generateDay();
  const trades = rows(day);
  expect(trades).toHaveLength(100_538);
  const times = trades.map(([, time]) => Number(time));
  expect(times.every((time, index) => index === 0 || time >= times[index - 1]!)).toBe(true);
  const alone = times.filter((time, index) => time !== times[index - 1] && time !== times[index + 1]);
  expect(alone.length / times.length).toBeGreaterThan(0.35);
  expect(alone.length / times.length).toBeLessThan(0.65);
  expect(new Set(trades.map(([symbol]) => symbol))).toEqual(new Set(['AIG', 'IBM', 'SPY', 'BAC']));
  expect(trades.every(([, , price, size]) => Number(price) > 0 && Number(size) > 0)).toBe(true);
  expect(generateDay()).toBe(day);
});

test('the day in use can be read and has the rows that it says', () => {
  const day = tradesDay();
  const text = gunzipSync(readFileSync(day.path)).toString();
  expect(text.startsWith('symbol,timestamp,price,size\n')).toBe(true);
  expect(rows(text)).toHaveLength(day.rows);
});

function rows(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}
