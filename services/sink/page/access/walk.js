import { drawnAtMs } from '../explain/in-sight.js';
import { nearestInTime } from '../explain/nearest-row.js';

/** @import { Row } from '../types.d.ts' */

/** Which result the keys are at; the series by its name, for the picture moves on. */
/** @typedef {{ window: string, row: Row }} Place */
/** @typedef {{ window: string, kind: string, rows: Row[] }} InSight */

/**
 * Where a key leads among what is in sight: along a series, or to the next one at the same time. The first arrow
 * goes to the newest result of the first line. Undefined where there is nothing.
 * @param {InSight[]} series
 * @param {Place | null} from
 * @param {'before' | 'after' | 'first' | 'last' | 'up' | 'down'} way
 * @returns {Place | undefined}
 */
export function walk(series, from, way) {
  const lines = series.toSorted((a, b) => Number(b.kind === 'sliding') - Number(a.kind === 'sliding'));
  const at = Math.max(
    0,
    lines.findIndex(({ window }) => window === from?.window),
  );
  const line = lines[at];
  if (!line) return undefined;
  if (way === 'first') return placeIn(line, line.rows[0]);
  if (!from || from.window !== line.window || way === 'last') return placeIn(line, line.rows.at(-1));
  if (way === 'up' || way === 'down') {
    const other = lines[(at + (way === 'down' ? 1 : lines.length - 1)) % lines.length] ?? line;
    return placeIn(other, nearestInTime(other.rows, drawnAtMs(from.row, line.kind)));
  }
  const index = line.rows.findIndex(({ window_end }) => window_end >= from.row.window_end);
  // Gone out of sight meanwhile: to the edge that it left by.
  if (index < 0) return placeIn(line, line.rows.at(-1));
  const isThere = line.rows[index]?.window_end === from.row.window_end;
  if (!isThere) return placeIn(line, line.rows[index]);
  const next = line.rows[index + (way === 'before' ? -1 : 1)];
  return next ? placeIn(line, next) : undefined;
}

/**
 * @param {InSight} line
 * @param {Row | undefined} row
 * @returns {Place | undefined}
 */
const placeIn = ({ window }, row) => row && { window, row };
