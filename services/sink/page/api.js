/** @import { Row, Status, WindowDefinition } from './types.d.ts' */

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
 * The newest rows of a window, newest first.
 * @param {string} symbol
 * @param {string} window
 * @param {number} limit
 * @returns {Promise<Row[]>}
 */
export async function fetchAverages(symbol, window, limit) {
  const { averages } = await get('averages', { symbol, window, order: 'desc', limit: String(limit) });
  return averages;
}

/** @returns {Promise<Status>} */
export function fetchStatus() {
  return get('status', {});
}

/**
 * @param {string} path
 * @param {Record<string, string>} query
 */
async function get(path, query) {
  const response = await fetch(`api/v1/${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`/api/v1/${path}: answered ${response.status}, wanted 200`);
  return response.json();
}
