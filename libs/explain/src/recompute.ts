import type { Aggregate } from '@meanwhile/records';
import type { CountedRecord } from './explanation.ts';

export type Recomputed = Record<Aggregate, number> & {
  record_count: number;
  input_offset: number;
  /** Of the event times. */
  earliestMs: number;
  latestMs: number;
  /** Σ|value|, which tolerances are measured by. */
  magnitude: number;
};

/** The aggregates of a window's records, by their definitions and by nothing cleverer; undefined for none. */
export function recompute(records: readonly CountedRecord[]): Recomputed | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const count = records.length;
  const total = exactly(records, ({ value }) => value);
  let earliest = first;
  let latest = first;
  let minimum = first.value;
  let maximum = first.value;
  let inputOffset = first.offset;
  let magnitude = 0;
  for (const record of records) {
    if (isEarlier(record, earliest)) earliest = record;
    if (isEarlier(latest, record)) latest = record;
    minimum = Math.min(minimum, record.value);
    maximum = Math.max(maximum, record.value);
    inputOffset = Math.max(inputOffset, record.offset);
    magnitude += Math.abs(record.value);
  }
  const average = Math.min(Math.max(total / count, minimum), maximum);
  const squares = exactly(records, ({ value }) => (value - average) ** 2);
  return {
    record_count: count,
    average,
    total,
    minimum,
    maximum,
    earliest: earliest.value,
    latest: latest.value,
    stddev: Math.sqrt(squares / count),
    input_offset: inputOffset,
    earliestMs: earliest.timestamp,
    latestMs: latest.timestamp,
    magnitude,
  };
}

/** By event time, then offset. */
function isEarlier(a: CountedRecord, b: CountedRecord): boolean {
  return a.timestamp < b.timestamp || (a.timestamp === b.timestamp && a.offset < b.offset);
}

/**
 * Neumaier's sum (Z. Angew. Math. Mech. 54, 1974), which carries what each addition rounds off: a plain loop over 100,000 values is
 * off by more than the contract allows the published total to be.
 */
function exactly(records: readonly CountedRecord[], numberOf: (record: CountedRecord) => number): number {
  let sum = 0;
  let lost = 0;
  for (const record of records) {
    const value = numberOf(record);
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}
