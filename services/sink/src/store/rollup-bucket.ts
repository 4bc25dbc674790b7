/** Lengths of the buckets in ms, each a multiple of the one before. A bucket holds the rows whose `window_end` falls into it. */
export const ROLLUP_LEVELS_MS = [10_000, 60_000, 600_000, 3_600_000] as const;

/** What the rows of a bucket span, and the one that stands last by (`window_end`, `window_start`, partition). */
export interface Bucket {
  count: number;
  /** Of the averages; null where no row has one. */
  minimum: number | null;
  maximum: number | null;
  last: number | null;
  lastEnd: number;
  lastStart: number;
  lastPartition: number;
}

/** Where a bucket lies within its level. */
export interface Place {
  symbol: number;
  window: number;
  /** Number of the bucket: start / length. */
  bucket: number;
}

/** What came to a bucket. */
export interface Delta extends Place {
  delta: Bucket;
}

/** The number of the bucket that a time falls into. */
export function bucketOf(timeMs: number, level: number): number {
  return Math.floor(timeMs / ROLLUP_LEVELS_MS[level]!);
}

/** Names a bucket within its level. */
export function keyOf({ symbol, window, bucket }: Place): string {
  return `${symbol}/${window}/${bucket}`;
}

/** The buckets of a level that hold those of the level below it. */
export function parentsOf(places: Map<string, Place>, level: number): Map<string, Place> {
  const parents = new Map<string, Place>();
  for (const place of places.values()) {
    const parent = parentOf(place, level);
    parents.set(keyOf(parent), parent);
  }
  return parents;
}

/** What came to the buckets of a level by those of the level below it; none for those that are computed anew. */
export function mergedParentsOf(
  added: Map<string, Delta>,
  level: number,
  stale: Map<string, Place>,
): Map<string, Delta> {
  const parents = new Map<string, Delta>();
  for (const { delta, ...place } of added.values()) {
    const parent = parentOf(place, level);
    const key = keyOf(parent);
    if (stale.has(key)) continue;
    const noted = parents.get(key);
    if (noted === undefined) parents.set(key, { ...parent, delta: { ...delta } });
    else mergeInto(noted.delta, delta);
  }
  return parents;
}

/** Adds to a bucket what another one holds. The table's `ON CONFLICT DO UPDATE` says the same in SQL. */
export function mergeInto(bucket: Bucket, other: Bucket): void {
  bucket.count += other.count;
  bucket.minimum = least(bucket.minimum, other.minimum, Math.min);
  bucket.maximum = least(bucket.maximum, other.maximum, Math.max);
  if (!isLater(other, bucket)) return;
  bucket.last = other.last;
  bucket.lastEnd = other.lastEnd;
  bucket.lastStart = other.lastStart;
  bucket.lastPartition = other.lastPartition;
}

function parentOf({ symbol, window, bucket }: Place, level: number): Place {
  const factor = ROLLUP_LEVELS_MS[level]! / ROLLUP_LEVELS_MS[level - 1]!;
  return { symbol, window, bucket: Math.floor(bucket / factor) };
}

function least(a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null {
  return a === null ? b : b === null ? a : pick(a, b);
}

function isLater(a: Bucket, b: Bucket): boolean {
  if (a.lastEnd !== b.lastEnd) return a.lastEnd > b.lastEnd;
  if (a.lastStart !== b.lastStart) return a.lastStart > b.lastStart;
  return a.lastPartition > b.lastPartition;
}
