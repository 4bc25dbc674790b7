import { expect, test } from 'vitest';
import type { View } from '../types.d.ts';
import { COMPARED_MAX, readView, spanText, writeView } from './url-state.js';

const FULL: View = {
  symbol: 'A&B=<c> ü',
  compared: ['GLOBX', 'x y'],
  windows: ['sliding-10s', 'tumbling-1m'],
  spanMs: 90_000,
  fixed: { fromMs: 1_700_000_000_000, toMs: 1_700_000_060_001 },
  pausedMs: 1_700_000_050_000,
  hasCandles: true,
  hasBand: true,
  hasPrices: true,
  isWall: true,
  sort: 'freshness',
  hasRuns: true,
  isUtc: true,
  theme: 'dark',
  explained: { window: 'sliding-10s', endMs: 1_700_000_030_000, partition: 3 },
  hasTable: true,
};

test('what is written is what is read', () => {
  expect(readView(writeView(FULL, ''))).toEqual(FULL);
  const explained = { window: 'tumbling-1m', endMs: 0, partition: null };
  const none = {
    ...FULL,
    explained,
    windows: [],
    fixed: null,
    pausedMs: null,
    spanMs: Number.POSITIVE_INFINITY,
  };
  expect(readView(writeView(none, ''))).toEqual(none);
});

test('what is as usual is not written', () => {
  expect(writeView(readView(''), '')).toBe('');
  expect(writeView(readView('?symbol=A&range=5m&theme=system&band=0'), '')).toBe('?symbol=A');
});

test('parameters of others stay', () => {
  expect(writeView(readView('?symbol=A'), '?kiosk=&symbol=B&band=1')).toBe('?kiosk=&symbol=A');
});

test.each([
  '?range=0s',
  '?range=5x',
  '?range=1e9m',
  '?range=999999999999d',
  '?from=5',
  '?from=9&to=5',
  '?from=-1&to=5',
  '?paused=now',
  '?paused=99999999999999999',
  '?theme=pink',
  '?as=pie',
  '?view=map',
  '?sort=weight',
  '?runs=yes',
  '?compare=',
  '?explain=sliding-10s',
  '?explain=sliding-10s:now',
  '?explain=:5',
  '?explain=a:5:b',
  '?table=yes',
])('%s is as if it were not there', (search) => {
  expect(readView(search)).toEqual(readView(''));
});

test('no symbol is compared with itself, none twice, and not more than can be told apart', () => {
  expect(readView('?symbol=A&compare=A&compare=B&compare=B').compared).toEqual(['B']);
  const many = Array.from({ length: 99 }, (_, index) => `compare=${index}`).join('&');
  expect(readView(`?${many}`).compared).toHaveLength(COMPARED_MAX);
});

test('spans are written in their largest unit', () => {
  expect([60_000, 90_000, 3_600_000, 86_400_000, 1_001, Number.POSITIVE_INFINITY].map(spanText)).toEqual([
    '1m',
    '90s',
    '1h',
    '1d',
    '1001ms',
    'all',
  ]);
});
