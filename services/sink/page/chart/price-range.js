/** @import { Layer } from '../types.d.ts' */

/**
 * Fits all layers with some air; a flat line lies in the middle. In steps: a line at its highest would move all others with each
 * result, and nothing that was drawn could stay.
 * @param {{ extent: Layer['extent'] }[]} layers
 * @returns {[number, number]}
 */
export function priceRange(layers) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { extent } of layers) {
    if (!extent) continue;
    low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - (Math.abs(low) * 0.001 || 1), high + (Math.abs(high) * 0.001 || 1)];
  const air = (high - low) * 0.09;
  const step = 2 ** Math.floor(Math.log2(high - low) - 4);
  return [Math.floor((low - air) / step) * step, Math.ceil((high + air) / step) * step];
}
