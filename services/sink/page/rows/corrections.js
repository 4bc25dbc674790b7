import { firstAtOrAfter } from './visible-rows.js';

/** @import { Row } from '../types.d.ts' */

/** Rows behind a window that are looked at: disorder reaches over a few records. */
const LOOK = 50;

/**
 * Marks the rows of a history that were changed after a later window had been shown. Nobody saw it happen, but the
 * sliding rows (one for each record) tell: the highest offset in a row is that of the record that changed it last.
 * @param {{ kind: string, rows: Row[] }[]} series
 */
export function markCorrected(series) {
  const slidings = byPartition(series.filter(({ kind }) => kind === 'sliding').flatMap(({ rows }) => rows));
  for (const rows of slidings.values()) {
    rows.forEach((row, index) => {
      if (wasCorrected(row, rows[index + 1])) row.corrected = true;
    });
  }
  for (const { kind, rows } of series) {
    if (kind === 'sliding') continue;
    for (const row of rows) {
      if (row.revision > 1 && cameAfter(row, slidings.get(row.partition) ?? [])) row.corrected = true;
    }
  }
}

/**
 * A sliding row is written when its own record comes; a newer revision means that an earlier one came later. That was
 * before the next row was shown only if that one has not changed and its record came after.
 * @param {Row} row
 * @param {Row | undefined} next
 */
function wasCorrected(row, next) {
  if (row.revision === 1 || !next) return false;
  return next.revision > 1 || next.input_offset < row.input_offset;
}

/**
 * Whether the last record of a window came after one that lies behind the window: the first sliding row behind it has
 * then been changed by it, or stood there before.
 * @param {Row} row
 * @param {Row[]} slidings of its partition, by ascending end
 */
function cameAfter(row, slidings) {
  const at = firstAtOrAfter(slidings, row.window_end);
  const behind = slidings.slice(at, at + LOOK);
  const [first] = behind;
  if (!first) return false;
  if (first.corrected && first.window_start < row.window_end) return true;
  return behind.some(
    ({ revision, input_offset }) =>
      input_offset === row.input_offset || (revision === 1 && input_offset < row.input_offset),
  );
}

/**
 * @param {Row[]} rows
 * @returns {Map<number, Row[]>} by ascending end
 */
function byPartition(rows) {
  /** @type {Map<number, Row[]>} */
  const found = new Map();
  for (const row of rows.toSorted((a, b) => a.window_end - b.window_end)) {
    const list = found.get(row.partition);
    if (list) list.push(row);
    else found.set(row.partition, [row]);
  }
  return found;
}

/**
 * A reader saw another value after the next window had begun. A final result that says the same again is none.
 * @param {{ rows: Row[] }} series
 * @param {Row} row
 * @param {Row} present
 */
export function isCorrection(series, row, present) {
  if (present.corrected) return true;
  const isLater = (series.rows.at(-1)?.window_end ?? 0) > row.window_end;
  const isOther = row.record_count !== present.record_count || row.average !== present.average;
  return isLater && isOther;
}
