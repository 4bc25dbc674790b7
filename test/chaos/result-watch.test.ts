import { expect, test } from 'vitest';
import { ResultWatch } from './result-watch.ts';

test('offsets that only grow and revisions without gaps are no fault', () => {
  const watch = new ResultWatch();
  for (const offset of [0, 1, 5, 6]) watch.noteOffset('averages', 0, offset);
  watch.noteOffset('averages', 1, 0);
  let offset = 0;
  for (const revision of [1, 2, 3]) watch.noteResult(0, offset++, result('A', revision));
  watch.noteResult(1, 0, result('A', 1));
  watch.noteResult(0, offset, result('B', 1));
  expect(watch.faults).toEqual([]);
  expect(watch.results).toBe(5);
});

test.each([
  ['doubled', [1, 2, 2]],
  ['went back', [1, 2, 3, 2]],
  ['skipped', [1, 3]],
  ['wanted 1 first', [2]],
])('a revision is %s', (kind, revisions) => {
  const watch = new ResultWatch();
  let offset = 0;
  for (const revision of revisions) watch.noteResult(0, offset++, result('A', revision));
  expect(watch.faults).toHaveLength(1);
  expect(watch.faults[0]).toContain(kind);
});

test('an offset that comes again is a fault', () => {
  const watch = new ResultWatch();
  for (const offset of [3, 4, 4]) watch.noteOffset('averages', 0, offset);
  expect(watch.faults).toEqual(['averages[0]: offset 4 after 4']);
});

test('a result that is no JSON is a fault, and no reason to stop reading', () => {
  const watch = new ResultWatch();
  watch.noteResult(3, 8, '{"symbol":K00173"');
  expect(watch.faults).toEqual(['partition 3 offset 8: no JSON: {"symbol":K00173"']);
});

function result(symbol: string, revision: number): string {
  return JSON.stringify({ symbol, window: 'sliding-10s', window_start: 1, window_end: 10_001, revision });
}
