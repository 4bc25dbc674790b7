/** @import { TimeRange, View } from '../types.d.ts' */

/** Room to the right of the newest point, as a part of the time shown. */
const AHEAD = 0.03;
export const SPAN_MIN_MS = 1_000;
const SPAN_MAX_MS = 10 * 365 * 86_400_000;

/**
 * The time that a view shows. While it follows, it moves by whole pixels: what is drawn can stay as it is in between.
 * @param {View} view
 * @param {{ oldestMs: number | undefined, newestMs: number | undefined, nowMs: number }} known event times
 * @param {number} pixels over which the time is spread
 * @returns {TimeRange}
 */
export function timeRange(view, { oldestMs, newestMs, nowMs }, pixels = Number.POSITIVE_INFINITY) {
  if (view.fixed) return view.fixed;
  const newest = view.pausedMs ?? newestMs ?? nowMs;
  const isAll = view.spanMs === Number.POSITIVE_INFINITY;
  // A little more than all, so that the first point does not stick to the edge.
  const spanOf = (/** @type {number} */ lastMs) =>
    limitSpan(isAll ? (lastMs - (oldestMs ?? lastMs)) * (1 + 2 * AHEAD) : view.spanMs);
  const stepMs = view.pausedMs === null ? Math.max(1, Math.floor(spanOf(newest) / pixels)) : 1;
  const lastMs = Math.ceil(newest / stepMs) * stepMs;
  const spanMs = spanOf(lastMs);
  const toMs = Math.round(lastMs + spanMs * AHEAD);
  return { fromMs: Math.round(toMs - spanMs), toMs };
}

/**
 * Nearer (factor below 1) or farther, with the time `atMs` where it is.
 * @param {TimeRange} range
 * @param {number} factor
 * @param {number} atMs
 * @returns {TimeRange}
 */
export function zoomed({ fromMs, toMs }, factor, atMs) {
  const spanMs = limitSpan((toMs - fromMs) * factor);
  const part = (atMs - fromMs) / (toMs - fromMs);
  return whole(atMs - spanMs * part, spanMs);
}

/**
 * @param {TimeRange} range
 * @param {number} byMs
 * @returns {TimeRange}
 */
export function panned({ fromMs, toMs }, byMs) {
  return whole(fromMs + byMs, toMs - fromMs);
}

/**
 * What changes in the view when the reader moves to a range: one that reaches past the newest point follows again.
 * @param {View} view
 * @param {TimeRange} range
 * @param {number | undefined} newestMs
 * @returns {Partial<View>}
 */
export function moveTo(view, range, newestMs) {
  const spanMs = range.toMs - range.fromMs;
  // Half of the room ahead: times are rounded.
  const followFromMs = (newestMs ?? Number.POSITIVE_INFINITY) + (spanMs * AHEAD) / 2;
  const isNow = view.pausedMs === null && range.toMs >= followFromMs;
  return isNow ? { fixed: null, spanMs } : { fixed: range };
}

/** @param {View} view */
export const isFollowing = (view) => view.fixed === null && view.pausedMs === null;

/**
 * @param {number} fromMs
 * @param {number} spanMs
 * @returns {TimeRange}
 */
function whole(fromMs, spanMs) {
  const start = Math.max(0, Math.round(fromMs));
  return { fromMs: start, toMs: start + Math.round(spanMs) };
}

/** @param {number} spanMs */
function limitSpan(spanMs) {
  return Math.round(Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, spanMs)));
}
