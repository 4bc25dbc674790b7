import { type KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';

const { HEAD, TAIL } = RING;
const { TIME } = RECORD;

/**
 * Searches of a ring of records in order of time, for places that are not far from a known one: in doubling strides from there, then
 * by halves (Bentley, Yao: An Almost Optimal Algorithm for Unbounded Searching). O(log distance).
 *
 * @returns behind all records of a record's own and earlier times, from the newest on: few records are far behind
 */
export function placeOf(rings: KeyRings, ring: number, record: Float64Array): number {
  const { cells, ints } = rings;
  const timeMs = record[TIME]!;
  const head = ints[ring + HEAD]!;
  let high = ints[ring + TAIL]!;
  let low = high;
  for (let stride = 1; low > head && cells[rings.at(ring, low - 1) + TIME]! > timeMs; stride *= 2) {
    high = low - 1;
    low = Math.max(head, low - stride);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cells[rings.at(ring, middle) + TIME]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First entry of the window of `sizeMs` that ends at a position, from `near` on, which may lie outside of the ring. */
export function firstOfWindow(
  rings: KeyRings,
  ring: number,
  position: number,
  sizeMs: number,
  near: number,
): number {
  const { cells, ints } = rings;
  const startMs = cells[rings.at(ring, position) + TIME]! - sizeMs;
  const head = ints[ring + HEAD]!;
  const from = Math.min(Math.max(near, head), position);
  let low = from;
  let high = from;
  for (let stride = 1; low > head && cells[rings.at(ring, low - 1) + TIME]! >= startMs; stride *= 2) {
    high = low - 1;
    low = Math.max(head, low - stride);
  }
  for (let stride = 1; cells[rings.at(ring, high) + TIME]! < startMs; stride *= 2) {
    low = high + 1;
    high = Math.min(position, high + stride);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cells[rings.at(ring, middle) + TIME]! < startMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
