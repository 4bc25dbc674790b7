import { expect, test } from 'vitest';
import { spokenBytes, spokenCount, spokenDuration, spokenTime } from './spoken.ts';

test('durations, sizes, counts and times are said with one number each', () => {
  expect(
    [0, 999, 1_999, 2_000, 119_999, 120_000, 7_200_000, 172_800_000, -3_000].map(spokenDuration),
  ).toEqual(['0 ms', '999 ms', '1999 ms', '2 s', '120 s', '2 min', '2 h', '2 d', '-3 s']);
  expect([0, 999, 1_500, 12_345, 1_000_000, 34_000_000].map(spokenBytes)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '12 kB',
    '1.0 MB',
    '34 MB',
  ]);
  expect(spokenCount(1_234_567)).toBe('1,234,567');
  expect(spokenTime(1_700_000_000_123)).toBe('2023-11-14 22:13:20Z');
});
