import { apiPath, LIMIT_MAX, timeParameter } from '../api.js';

/** @import { TimeRange } from '../types.d.ts' */

/** More than a spreadsheet opens. */
export const CSV_ROWS_MAX = 1_000_000;

/**
 * All results of a range as the API writes CSV, whatever of them the chart draws.
 * @param {{ symbols: string[], windows: string[], range: TimeRange, fetchText?: (path: string) => Promise<string> }} o
 * @returns {Promise<{ text: string, rowCount: number }>}
 * @throws {Error} when the server does not answer, or when there are more rows than CSV_ROWS_MAX
 */
export async function csvOf({ symbols, windows, range, fetchText = fetchCsv }) {
  /** @type {string[]} */
  const lines = [];
  let header = '';
  for (const symbol of symbols) {
    for (const window of windows) {
      const found = await linesOf(symbol, window, range, fetchText, CSV_ROWS_MAX - lines.length);
      header = found.header;
      for (const line of found.lines) lines.push(line);
    }
  }
  return { text: [header, ...lines, ''].join('\r\n'), rowCount: lines.length };
}

/**
 * Page by page, each from the last end on: the rows of that end come again, and may be newer then.
 * @param {string} symbol
 * @param {string} window
 * @param {TimeRange} range
 * @param {(path: string) => Promise<string>} fetchText
 * @param {number} room
 */
async function linesOf(symbol, window, range, fetchText, room) {
  /** @type {string[]} */
  const lines = [];
  let { fromMs } = range;
  for (;;) {
    const query = {
      symbol,
      window,
      from: timeParameter(fromMs),
      to: timeParameter(range.toMs),
      limit: String(LIMIT_MAX),
    };
    const [header = '', ...rows] = splitRecords(await fetchText(apiPath('averages', query)));
    const column = cells(header).indexOf('window_end');
    const endOf = (/** @type {string | undefined} */ line) => Number(cells(line ?? '')[column]);
    while (lines.length > 0 && endOf(lines.at(-1)) === fromMs) lines.pop();
    for (const row of rows) lines.push(row);
    if (lines.length > room)
      throw new Error(`CSV: more than ${CSV_ROWS_MAX} rows, wanted a shorter stretch of time`);
    if (rows.length < LIMIT_MAX) return { header, lines };
    fromMs = endOf(rows.at(-1));
  }
}

/** @param {string} path */
async function fetchCsv(path) {
  const response = await fetch(path, { headers: { accept: 'text/csv' } });
  if (!response.ok) throw new Error(`/${path}: answered ${response.status}, wanted 200`);
  return response.text();
}

/**
 * Lines of RFC 4180: a quoted field may hold line ends (a symbol may).
 * @param {string} text
 */
function splitRecords(text) {
  /** @type {string[] | null} */
  const records = text.match(/(?:"(?:[^"]|"")*"|[^"\r\n])+/g);
  return records ?? [];
}

/** @param {string} record */
function cells(record) {
  /** @type {string[] | null} */
  const found = record.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^",]*)/g);
  return found ?? [];
}
