/** The line's own units; CSS stretches them to the tile. */
export const SPARK_WIDTH = 100;
export const SPARK_HEIGHT = 30;

/**
 * A series as the `d` of an SVG path. It breaks where nothing came for longer than `gapMs`; a point alone is a short
 * dash; a flat line lies in the middle.
 * @param {[timeMs: number, value: number][]} points ascending
 * @param {{ fromMs: number, toMs: number, gapMs: number }} o
 */
export function sparkPath(points, { fromMs, toMs, gapMs }) {
  const values = points.map(([, value]) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const xOf = (/** @type {number} */ timeMs) =>
    (SPARK_WIDTH * (timeMs - fromMs)) / Math.max(1, toMs - fromMs);
  const yOf = (/** @type {number} */ value) =>
    high > low ? SPARK_HEIGHT * (1 - (value - low) / (high - low)) : SPARK_HEIGHT / 2;
  let path = '';
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const [timeMs, value] of points) {
    const place = `${xOf(timeMs).toFixed(1)} ${yOf(value).toFixed(1)}`;
    path += timeMs - beforeMs > gapMs ? `M${place}h0.5` : `L${place}`;
    beforeMs = timeMs;
  }
  return path;
}
