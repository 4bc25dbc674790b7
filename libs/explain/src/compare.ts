import { AGGREGATES, type Average } from '@meanwhile/records';
import type { Comparison } from './explanation.ts';
import type { Recomputed } from './recompute.ts';

/** The contract's tolerances: of a total by Σ|v|, of a deviation by itself or Σ|v| / n, whichever is larger. */
const TOTAL_TOLERANCE = 1e-12;
const STDDEV_TOLERANCE = 1e-9;

/** Published beside recomputed, in the wire's order; aggregates that are not sent are left out. */
export function compare(published: Average, recomputed: Recomputed | undefined): Comparison[] {
  const fields = AGGREGATES.filter((name) => published[name] !== undefined);
  const named = ['record_count', ...fields, 'input_offset'] as const;
  return named.map((field) => {
    const found = published[field]!;
    const wanted = recomputed?.[field];
    const matches = wanted !== undefined && Math.abs(found - wanted) <= tolerance(field, recomputed!);
    return { field, published: found, recomputed: wanted ?? null, matches };
  });
}

/** 0: counts, offsets and values that stand in a record are equal or wrong. */
function tolerance(field: string, { magnitude, record_count, stddev }: Recomputed): number {
  const ofTotal = TOTAL_TOLERANCE * magnitude;
  if (field === 'total') return ofTotal;
  // The smallest step: an average of equal values may round either way.
  if (field === 'average') return ofTotal / record_count;
  if (field === 'stddev') return Math.max(STDDEV_TOLERANCE * stddev, ofTotal / record_count);
  return 0;
}
