/** @import { Column, Row, Series } from '../types.d.ts' */

/**
 * Columns as rows, so that everything that draws rows draws them: a column ends with its last row, and begins where
 * the window of its first one may have begun. What only single rows know (deviation, prices, offsets) is left out.
 * @param {string} symbol
 * @param {Pick<Series, 'window' | 'sizeMs'>} series
 * @param {Column[]} columns
 * @returns {Row[]}
 */
export function rowsOfColumns(symbol, { window, sizeMs }, columns) {
  return columns.map(({ start, count, minimum, maximum, last, last_end, settled }) => ({
    symbol,
    window,
    window_start: start - sizeMs,
    window_end: last_end,
    ...(last !== null && { average: last }),
    ...(minimum !== null && maximum !== null && { lowest: minimum, highest: maximum }),
    column_start: start,
    record_count: count,
    revision: 1,
    is_final: settled,
    input_offset: -1,
    partition: -1,
    settled,
  }));
}
