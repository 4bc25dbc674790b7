/** @import { TimeRange } from '../types.d.ts' */

/**
 * A name that any file system takes: symbols come from the wire.
 * @param {string[]} symbols
 * @param {TimeRange} range
 */
export function fileName(symbols, { fromMs, toMs }) {
  const named = symbols
    .slice(0, 4)
    .join('_')
    .replaceAll(/[^\p{L}\p{N}_-]+/gu, '-')
    .slice(0, 60);
  return ['averages', named, stamp(fromMs), stamp(toMs)].join('_');
}

/** @param {number} timeMs */
const stamp = (timeMs) => new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
