import { expect, test } from 'vitest';
import { rowOf, tumblingOf } from '../rows/row.fixture.ts';
import { walk } from './walk.js';

const line = {
  window: 'sliding-10s',
  kind: 'sliding',
  rows: [61, 62, 150].map((second) => rowOf({ window_end: second * 1_000 })),
};
const levels = { window: 'tumbling-1m', kind: 'tumbling', rows: [tumblingOf(1), tumblingOf(2)] };
const series = [levels, line];

type Way = Parameters<typeof walk>[2];

/** Where keys lead, one after the other; a key that leads nowhere stays. */
function path(...ways: Way[]): string[] {
  let place: ReturnType<typeof walk>;
  return ways.map((way) => {
    const next = walk(series, place ?? null, way);
    place = next ?? place;
    return next ? `${next.window} ${next.row.window_end / 1_000}` : 'edge';
  });
}

test('the first arrow goes to the newest result of the line, the others from there', () => {
  expect(path('before', 'before', 'before', 'before', 'after')).toEqual([
    'sliding-10s 150',
    'sliding-10s 62',
    'sliding-10s 61',
    'edge',
    'sliding-10s 62',
  ]);
  expect(path('last', 'after', 'first')).toEqual(['sliding-10s 150', 'edge', 'sliding-10s 61']);
});

test('up and down change the window, at about the same time, round and round', () => {
  expect(path('first', 'down', 'down', 'up')).toEqual([
    'sliding-10s 61',
    'tumbling-1m 120',
    'sliding-10s 62',
    'tumbling-1m 120',
  ]);
});

test('a result that is out of sight by now is left by its edge; nothing in sight leads nowhere', () => {
  const gone = { window: 'sliding-10s', row: rowOf({ window_end: 1_000 }) };
  expect(walk(series, gone, 'after')?.row.window_end).toBe(61_000);
  expect(walk([], null, 'last')).toBeUndefined();
});
