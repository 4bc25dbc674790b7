import { Changes } from './changes.js';
import { isCorrection } from './corrections.js';
import { firstAtOrAfter } from './visible-rows.js';

/** @import { OlderRows, Row, Series, WindowDefinition } from '../types.d.ts' */

/** Newest rows kept per window: more than a screen has columns, and redrawn in a few milliseconds. */
export const ROWS_MAX = 3_000;
/** The oldest go in lots: what is shown of them is then fetched again, which is not worth it for each. */
const LOT = 600;

/** The rows of one symbol: the newest revision of each window, ordered by its end. */
export class RowStore {
  /** @type {Map<string, Series>} */
  #series = new Map();
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<number, number>} Highest time known to have passed, by partition. */
  #watermarks = new Map();
  /** @type {number | null} */
  #graceMs = null;
  changes = new Changes();

  /**
   * @param {WindowDefinition[]} definitions
   * @param {number | null} graceMs
   */
  define(definitions, graceMs) {
    this.#graceMs = graceMs;
    this.changes.note(Number.NEGATIVE_INFINITY);
    for (const { window, kind, size_ms } of definitions) {
      const series = this.#seriesOf(window, kind);
      series.sizeMs = size_ms ?? 0;
    }
  }

  clear() {
    this.#series.clear();
    this.#rows.clear();
    this.changes.note(Number.NEGATIVE_INFINITY);
  }

  /** @returns {number | null} null: not known yet */
  get graceMs() {
    return this.#graceMs;
  }

  /**
   * Highest time known to have passed, ms.
   * @param {number} partition
   */
  watermarkOf(partition) {
    return this.#watermarks.get(partition);
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
    const present = this.#rows.get(keyOf(row));
    if (present && present.revision >= row.revision) {
      if (row.settled && !present.settled) this.changes.note(Number.POSITIVE_INFINITY);
      present.settled ||= row.settled;
      return;
    }
    const series = this.#seriesOf(row.window, row.window.split('-')[0] ?? '');
    // The end of a sliding window is the time of a record: the watermark is there already.
    if (series.kind === 'sliding') this.passed(row.partition, row.window_end);
    if (row.window_end < series.completeFromMs) return;
    this.#rows.set(keyOf(row), row);
    if (present) {
      row.corrected = isCorrection(series, row, present);
      const place = placeOf(series.rows, present);
      series.rows[place] = row;
      this.#changed(series, place);
      return;
    }
    const place = firstAtOrAfter(series.rows, row.window_end + 1);
    series.rows.splice(place, 0, row);
    this.#changed(series, place);
    if (series.rows.length >= ROWS_MAX + LOT) this.#forget(series, LOT);
  }

  /**
   * The newest rows as the server has them. `isWhole`: there are no older ones; else what the store holds from
   * before them may lack some in between, and goes.
   * @param {string} window
   * @param {Row[]} rows oldest first
   * @param {boolean} isWhole
   */
  putNewest(window, rows, isWhole) {
    const series = this.#seriesOf(window, window.split('-')[0] ?? '');
    const [oldest] = rows;
    if (oldest && !isWhole) {
      this.#forget(series, firstAtOrAfter(series.rows, oldest.window_end));
      series.completeFromMs = oldest.window_end;
    }
    for (const row of rows) this.put(row);
  }

  /**
   * @param {string} window
   * @param {OlderRows} older
   */
  setOlder(window, older) {
    this.#seriesOf(window, window.split('-')[0] ?? '').older = older;
    this.changes.note(Number.NEGATIVE_INFINITY);
  }

  /**
   * @param {number} partition
   * @param {number} watermarkMs
   */
  passed(partition, watermarkMs) {
    const before = this.#watermarks.get(partition) ?? Number.NEGATIVE_INFINITY;
    if (watermarkMs <= before) return;
    this.#watermarks.set(partition, watermarkMs);
    // Rows settle by it, which those that are settled do not show.
    this.changes.note(Number.POSITIVE_INFINITY);
  }

  /**
   * True when no newer revision can follow.
   * @param {Row} row
   */
  isSettled(row) {
    if (row.settled || row.is_final) return true;
    const watermark = this.#watermarks.get(row.partition);
    if (watermark === undefined || this.#graceMs === null) return false;
    // Kept in the row: it is asked again for every frame.
    row.settled = watermark > row.window_end + this.#graceMs;
    return row.settled;
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
   * A line comes from the row before; a level begins with its window.
   * @param {Series} series
   * @param {number} place of the row that is new
   */
  #changed({ kind, rows }, place) {
    const startMs = kind === 'sliding' ? Number.POSITIVE_INFINITY : (rows[place]?.window_start ?? 0);
    const beforeMs = rows[place - 1]?.window_end ?? Number.NEGATIVE_INFINITY;
    this.changes.note(Math.min(startMs, beforeMs));
  }

  /**
   * @param {Series} series
   * @param {number} count how many of its oldest rows go
   */
  #forget(series, count) {
    this.changes.note(Number.NEGATIVE_INFINITY);
    for (const row of series.rows.splice(0, count)) {
      this.#rows.delete(keyOf(row));
      series.completeFromMs = Math.max(series.completeFromMs, row.window_end + 1);
    }
  }

  /**
   * @param {string} window
   * @param {string} kind
   * @returns {Series}
   */
  #seriesOf(window, kind) {
    let series = this.#series.get(window);
    if (!series) {
      series = {
        window,
        kind,
        sizeMs: 0,
        rows: [],
        completeFromMs: Number.NEGATIVE_INFINITY,
        older: null,
      };
      this.#series.set(window, series);
    }
    return series;
  }
}

/** @param {Row} row */
const keyOf = (row) => `${row.window} ${row.window_start} ${row.window_end} ${row.partition}`;

/**
 * Where a row is among rows that may end at the same time.
 * @param {Row[]} rows
 * @param {Row} row
 */
function placeOf(rows, row) {
  return rows.indexOf(row, firstAtOrAfter(rows, row.window_end));
}
