import { expect, test } from 'vitest';
import { parseTime } from './parse-time.ts';

test.each([
  ['1700000040000', 1_700_000_040_000],
  ['0', 0],
  ['8640000000000000', 8_640_000_000_000_000],
  ['2023-11-14T22:14:00Z', 1_700_000_040_000],
  ['2023-11-14T22:14:00.123Z', 1_700_000_040_123],
  ['2023-11-14T23:14+01:00', 1_700_000_040_000],
])('%s is a time', (text, timeMs) => {
  expect(parseTime(text)).toBe(timeMs);
});

test.each([
  '',
  '-1',
  '1e3',
  '0x10',
  '8640000000000001',
  '2023-11-14T22:14:00',
  '2023-11-14',
  '2023-13-14T22:14:00Z',
  'now',
])('%s is none', (text) => {
  expect(parseTime(text)).toBeUndefined();
});
