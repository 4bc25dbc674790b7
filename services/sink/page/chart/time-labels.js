import { dayText, fractionText, minuteText, timeText } from '../format.js';

const DAY_MS = 86_400_000;
const EDGE_PX = 24;

/**
 * Seconds only where the marks are closer than a minute, the day where it begins; no text that the left edge would cut.
 * @param {import('uplot')} plot
 * @param {number[]} splits
 * @param {number} stepMs
 * @param {boolean} isUtc
 */
export function timeLabels(plot, splits, stepMs, isUtc) {
  return splits.map((timeMs) => {
    const left = plot.valToPos(timeMs, 'x');
    return left < EDGE_PX ? '' : labelOf(timeMs, stepMs, isUtc);
  });
}

/**
 * @param {number} timeMs
 * @param {number} stepMs
 * @param {boolean} isUtc
 */
export function labelOf(timeMs, stepMs, isUtc) {
  const date = new Date(timeMs);
  const sinceMidnightMs = isUtc
    ? timeMs % DAY_MS
    : timeMs - new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  if (stepMs >= DAY_MS || sinceMidnightMs === 0) return dayText(timeMs, isUtc);
  if (stepMs < 1_000) return fractionText(timeMs, isUtc);
  return stepMs >= 60_000 ? minuteText(timeMs, isUtc) : timeText(timeMs, isUtc);
}
