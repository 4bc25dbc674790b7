/** @import { Row, Series, WindowDefinition } from './types.d.ts' */

/** Points kept per window: more than a screen has columns, and redrawn in a few milliseconds. */
export const POINTS_MAX = 4_000;

/** The rows of the symbol that is shown: the newest revision of each window, ordered by its end. */
export class RowStore {
  /** @type {Map<string, Series>} */
  #series = new Map();
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<number, number>} Highest time known to have passed, by partition. */
  #watermarks = new Map();
  /** @type {number | null} */
  #graceMs = null;

  /**
   * @param {WindowDefinition[]} definitions
   * @param {number | null} graceMs
   */
  define(definitions, graceMs) {
    this.#graceMs = graceMs;
    for (const { window, kind } of definitions) this.#seriesOf(window, kind);
  }

  clear() {
    this.#series.clear();
    this.#rows.clear();
  }

  get size() {
    return this.#rows.size;
  }

  /** @returns {Series[]} as the aggregator's settings order them */
  series() {
    return [...this.#series.values()];
  }

  /**
   * Keeps a row unless this or a newer revision is there; stream and history may bring the same one.
   * @param {Row} row
   */
  put(row) {
    const key = `${row.window} ${row.window_start} ${row.window_end} ${row.partition}`;
    const present = this.#rows.get(key);
    if (present && present.revision >= row.revision) {
      present.settled ||= row.settled;
      return;
    }
    const series = this.#seriesOf(row.window, row.window.split('-')[0] ?? '');
    // The end of a sliding window is the time of a record: the watermark is there already.
    if (series.kind === 'sliding') this.passed(row.partition, row.window_end);
    this.#rows.set(key, row);
    if (present) {
      series.rows[series.rows.lastIndexOf(present)] = row;
      return;
    }
    series.rows.splice(placeOf(series.rows, row.window_end), 0, row);
    if (series.rows.length <= POINTS_MAX) return;
    const oldest = series.rows.shift();
    if (oldest)
      this.#rows.delete(`${oldest.window} ${oldest.window_start} ${oldest.window_end} ${oldest.partition}`);
  }

  /**
   * @param {number} partition
   * @param {number} watermarkMs
   */
  passed(partition, watermarkMs) {
    const before = this.#watermarks.get(partition) ?? Number.NEGATIVE_INFINITY;
    if (watermarkMs > before) this.#watermarks.set(partition, watermarkMs);
  }

  /**
   * True when no newer revision can follow.
   * @param {Row} row
   */
  isSettled(row) {
    if (row.settled || row.is_final) return true;
    const watermark = this.#watermarks.get(row.partition);
    if (watermark === undefined || this.#graceMs === null) return false;
    return watermark > row.window_end + this.#graceMs;
  }

  /** Newest event time seen in ms, or undefined without rows. */
  newestMs() {
    let newest = Number.NEGATIVE_INFINITY;
    for (const { kind, rows } of this.#series.values()) {
      const last = rows.at(-1);
      if (last && kind === 'sliding') newest = Math.max(newest, last.window_end);
    }
    if (newest > 0) return newest;
    // Without a sliding window, the ends of the others: they may lie ahead of the newest price.
    for (const { rows } of this.#series.values())
      newest = Math.max(newest, rows.at(-1)?.window_end ?? newest);
    return newest > 0 ? newest : undefined;
  }

  /**
   * @param {string} window
   * @param {string} kind
   * @returns {Series}
   */
  #seriesOf(window, kind) {
    let series = this.#series.get(window);
    if (!series) {
      series = { window, kind, rows: [] };
      this.#series.set(window, series);
    }
    return series;
  }
}

/**
 * Where a row that ends at `endMs` belongs; nearly always at the end.
 * @param {Row[]} rows
 * @param {number} endMs
 */
function placeOf(rows, endMs) {
  let low = 0;
  let high = rows.length;
  const last = rows[high - 1];
  if (!last || last.window_end <= endMs) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Row} */ (rows[middle]).window_end <= endMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
