import { apiPath } from '../api.js';

/** @import { Explained, Explanation, ExplainFault } from '../types.d.ts' */

/** Records that the panel lists. */
export const RECORDS_LISTED = 200;

/**
 * @param {string} symbol
 * @param {Explained} explained
 * @param {AbortSignal} signal
 * @returns {Promise<{ answer: Explanation } | { fault: ExplainFault }>}
 * @throws {DOMException} when it was aborted
 */
export async function fetchExplanation(symbol, { window, endMs, partition }, signal) {
  const path = apiPath('explain', {
    symbol,
    window,
    window_end: String(endMs),
    ...(partition !== null && { partition: String(partition) }),
    limit: String(RECORDS_LISTED),
  });
  try {
    const response = await fetch(path, { signal });
    const body = await response.json();
    if (response.ok) return { answer: body };
    return { fault: { status: response.status, code: body.error.code, message: body.error.message } };
  } catch (error) {
    signal.throwIfAborted();
    return { fault: { status: 0, code: 'no_answer', message: String(error) } };
  }
}
