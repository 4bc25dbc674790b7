/** @import { Row } from '../types.d.ts' */

/**
 * Marks the rows of a history that were changed after a later window had been written, which nobody saw here. A
 * sliding row of revision 1 tells at which offset its window began; a row of an earlier window that holds a record of
 * a higher offset was changed after that. What the sliding rows say holds for the other windows of the symbol as well.
 * @param {{ kind: string, rows: Row[] }[]} series
 */
export function markCorrected(series) {
  const begun = firstOffsets(series.filter(({ kind }) => kind === 'sliding').flatMap(({ rows }) => rows));
  for (const { kind, rows } of series) {
    for (const row of rows) {
      if (row.revision === 1 || row.corrected) continue;
      const later = begun.get(row.partition);
      const offset = later && lowestFrom(later, row.window_end + (kind === 'sliding' ? 1 : 0));
      if (offset !== undefined && offset < row.input_offset) row.corrected = true;
    }
  }
}

/** @typedef {{ endMs: number, offset: number }} Begin the lowest offset that began a window of this end or later */

/**
 * By partition, by ascending end.
 * @param {Row[]} rows
 * @returns {Map<number, Begin[]>}
 */
function firstOffsets(rows) {
  /** @type {Map<number, Begin[]>} */
  const begun = new Map();
  const firsts = rows.filter((row) => row.revision === 1).sort((a, b) => b.window_end - a.window_end);
  for (const { partition, window_end: endMs, input_offset } of firsts) {
    const list = begun.get(partition) ?? [];
    list.push({ endMs, offset: Math.min(input_offset, list.at(-1)?.offset ?? input_offset) });
    begun.set(partition, list);
  }
  for (const list of begun.values()) list.reverse();
  return begun;
}

/**
 * @param {Begin[]} list
 * @param {number} endMs
 * @returns {number | undefined}
 */
function lowestFrom(list, endMs) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Begin} */ (list[middle]).endMs < endMs) low = middle + 1;
    else high = middle;
  }
  return list[low]?.offset;
}
