import { AGGREGATES, type Average } from '@meanwhile/records';
import type { Comparison } from './explanation.ts';
import type { Recomputed } from './recompute.ts';
import { startOf, type WindowShape } from './window-shape.ts';

/** The contract's tolerances: of a total by Σ|v|, of a deviation by itself or Σ|v| / n, whichever is larger. */
const TOTAL_TOLERANCE = 1e-12;
const STDDEV_TOLERANCE = 1e-9;

/** Published beside recomputed, in the wire's order; aggregates that are not sent are left out. */
export function compare(
  shape: WindowShape,
  published: Average,
  recomputed: Recomputed | undefined,
): Comparison[] {
  const aggregates = AGGREGATES.filter((name) => published[name] !== undefined);
  const wanted = recomputed && { ...recomputed, ...boundsOf(shape, published, recomputed) };
  return (['window_start', 'window_end', 'record_count', ...aggregates, 'input_offset'] as const).map(
    (field) => {
      const found = published[field]!;
      const right = wanted?.[field];
      const matches = right !== undefined && Math.abs(found - right) <= tolerance(field, wanted!);
      return { field, published: found, recomputed: right ?? null, matches };
    },
  );
}

/** A sliding window ends at a record, a session begins and ends at one, the others where the clock says. */
function boundsOf(shape: WindowShape, { window_end }: Average, { earliestMs, latestMs }: Recomputed) {
  return {
    window_start: startOf(shape, window_end) ?? earliestMs,
    window_end: shape.stepMs > 0 ? window_end : latestMs,
  };
}

/** 0: counts, times, offsets and values that stand in a record are equal or wrong. */
function tolerance(field: string, { magnitude, record_count, stddev }: Recomputed): number {
  const ofTotal = TOTAL_TOLERANCE * magnitude;
  if (field === 'total') return ofTotal;
  if (field === 'average') return ofTotal / record_count;
  if (field === 'stddev') return Math.max(STDDEV_TOLERANCE * stddev, ofTotal / record_count);
  return 0;
}
