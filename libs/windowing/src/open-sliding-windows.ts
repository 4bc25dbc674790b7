import { RING } from './key-rings.ts';
import { SLIDING, type SlidingRecords } from './sliding-records.ts';
import type { OpenWindow } from './windows.ts';

const { HEAD, TAIL } = RING;
const { TIME, OFFSET, REVISION, NO_WINDOW } = SLIDING;

/** The sliding windows that end at a horizon or after it. */
export function openSlidingWindows(records: SlidingRecords, horizonMs: number): OpenWindow[] {
  const { rings } = records;
  const open: OpenWindow[] = [];
  for (const key of rings.keys()) {
    const ring = rings.ring(key);
    const tail = rings.ints[ring + TAIL]!;
    for (let position = records.firstAtOrAfter(ring, horizonMs); position < tail; position++) {
      const endMs = records.timeAt(ring, position);
      if (position + 1 < tail && records.timeAt(ring, position + 1) === endMs) continue;
      const at = rings.at(ring, position);
      if (rings.cells[at + REVISION] === NO_WINDOW) continue;
      open.push({ closesMs: endMs + 1, offset: rings.cells[at + OFFSET]!, key });
    }
  }
  return open;
}

/** How many of them the keys [fromKey, toKey) have. */
export function countOpenSlidingWindows(
  { rings }: SlidingRecords,
  horizonMs: number,
  fromKey: number,
  toKey: number,
): number {
  let count = 0;
  for (let key = fromKey; key < Math.min(toKey, rings.known); key++) {
    const ring = rings.ring(key);
    let laterMs = Number.POSITIVE_INFINITY;
    for (let position = rings.ints[ring + TAIL]! - 1; position >= rings.ints[ring + HEAD]!; position--) {
      const at = rings.at(ring, position);
      const endMs = rings.cells[at + TIME]!;
      if (endMs < horizonMs) break;
      if (endMs !== laterMs && rings.cells[at + REVISION] !== NO_WINDOW) count++;
      laterMs = endMs;
    }
  }
  return count;
}
