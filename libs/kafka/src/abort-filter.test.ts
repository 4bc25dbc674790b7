import { expect, test } from 'vitest';
import { AbortFilter } from './abort-filter.ts';

// offset    0   1   2   3   4   5   6
// producer 7: ├── aborted ──┤A7      ├ committed
// producer 8:     ├─ ab. ┤A8
test('a transaction counts as aborted from its first offset to its marker, in whatever order the broker lists it', () => {
  const filter = new AbortFilter();
  filter.load([
    { producerId: 8n, firstOffset: 1 },
    { producerId: 7n, firstOffset: 0 },
  ]);
  filter.reach(0);
  expect([filter.isAborted(7), filter.isAborted(8)]).toEqual([true, false]);
  filter.reach(1);
  expect([filter.isAborted(7), filter.isAborted(8)]).toEqual([true, true]);
  filter.endTransaction(8);
  expect([filter.isAborted(7), filter.isAborted(8)]).toEqual([true, false]);
  filter.endTransaction(7);
  filter.reach(6);
  expect(filter.isAborted(7)).toBe(false);
});

test('nothing is left of one chunk in the next', () => {
  const filter = new AbortFilter();
  filter.load([{ producerId: 7n, firstOffset: 0 }]);
  filter.reach(0);
  filter.load([]);
  filter.reach(9);
  expect(filter.isAborted(7)).toBe(false);
});
