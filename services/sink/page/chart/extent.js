/** @import { Layer } from '../types.d.ts' */

/**
 * The extent that holds another value pair too.
 * @param {Layer['extent']} extent
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
export function widened(extent, low, high) {
  return [Math.min(extent?.[0] ?? low, low), Math.max(extent?.[1] ?? high, high)];
}
