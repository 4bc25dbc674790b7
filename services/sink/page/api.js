/** @import { Column, Overview, Row, Status, WallSort, WindowDefinition } from './types.d.ts' */

/** Rows in one answer, at most. */
export const LIMIT_MAX = 10_000;
/** Columns in one answer, at most. */
export const POINTS_MAX = 4_000;

/**
 * @param {string} search
 * @returns {Promise<{ symbols: { symbol: string }[], total: number }>}
 */
export function fetchSymbols(search) {
  return get('symbols', { search, limit: '500' });
}

/** @returns {Promise<{ windows: WindowDefinition[], grace_ms: number | null }>} */
export function fetchWindows() {
  return get('windows', {});
}

/**
 * Rows of a window whose end lies in the range (both ends inside), in the order asked for.
 * @param {{ symbol: string, window: string, fromMs?: number, toMs?: number, limit: number, order: 'asc' | 'desc' }} o
 * @returns {Promise<Row[]>}
 */
export async function fetchAverages({ symbol, window, fromMs, toMs, limit, order }) {
  const { averages } = await get('averages', {
    symbol,
    window,
    ...(fromMs !== undefined && { from: timeParameter(fromMs) }),
    ...(toMs !== undefined && { to: timeParameter(toMs) }),
    limit: String(limit),
    order,
  });
  return averages;
}

/**
 * A range for a picture: the rows themselves where they are no more than `points`, else columns of them.
 * @param {{ symbol: string, window: string, fromMs: number, toMs: number, points: number }} o
 * @returns {Promise<{ averages: Row[], columns?: Column[] }>}
 */
export function fetchPoints({ symbol, window, fromMs, toMs, points }) {
  const range = { from: timeParameter(fromMs), to: timeParameter(toMs) };
  return get('averages', { symbol, window, ...range, points: String(points) });
}

/**
 * Some of all symbols of a window, in the order asked for.
 * @param {{ window: string, sort: WallSort, offset: number, limit: number }} o
 * @returns {Promise<Overview>}
 */
export function fetchOverview({ window, sort, offset, limit }) {
  return get('overview', { window, sort, offset: String(offset), limit: String(limit) });
}

/** @returns {Promise<Status>} */
export function fetchStatus() {
  return get('status', {});
}

/**
 * The address of a query, relative to the page.
 * @param {string} path
 * @param {Record<string, string>} query
 */
export function apiPath(path, query) {
  return `api/v1/${path}?${new URLSearchParams(query)}`;
}

/**
 * The API takes times from the epoch on.
 * @param {number} timeMs
 */
export const timeParameter = (timeMs) => String(Math.max(0, Math.round(timeMs)));

/**
 * @param {string} path
 * @param {Record<string, string>} query
 */
async function get(path, query) {
  const response = await fetch(apiPath(path, query));
  if (!response.ok) throw new Error(`/api/v1/${path}: answered ${response.status}, wanted 200`);
  return response.json();
}
