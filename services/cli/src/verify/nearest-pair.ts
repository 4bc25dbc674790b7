import type { RecordCopy } from './record-copy.ts';

/** Places of two records with the same identity, one of each side. */
export interface Pair {
  expected: number;
  found: number;
}

/** The pair before which the fewest records stand, on both sides together; undefined: they have nothing in common. */
export function nearestPair(expected: readonly RecordCopy[], found: readonly RecordCopy[]): Pair | undefined {
  const places = new Map<string, number>();
  for (let i = found.length - 1; i >= 0; i--) places.set(found[i]!.identity.id, i);
  let nearest: Pair | undefined;
  for (const [i, { identity }] of expected.entries()) {
    if (nearest && i >= nearest.expected + nearest.found) break;
    const place = places.get(identity.id);
    if (place === undefined) continue;
    if (!nearest || i + place < nearest.expected + nearest.found) nearest = { expected: i, found: place };
  }
  return nearest;
}
