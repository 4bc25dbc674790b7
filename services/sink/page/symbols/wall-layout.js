/** A tile is at least this wide, in CSS pixels, and so high with the gap below it. */
const TILE_WIDTH_MIN_PX = 168;
export const ROW_HEIGHT_PX = 96;
/** As many as the API gives at once: a screen of 4K holds no more. */
export const TILES_MAX = 200;

/**
 * Which of many tiles are in sight, and where: rows of equal tiles, one row more above and below.
 * @param {{ widthPx: number, heightPx: number, scrollPx: number, total: number }} o of what scrolls
 * @returns {{ columns: number, first: number, count: number, heightPx: number }} `heightPx` of all rows together
 */
export function wallLayout({ widthPx, heightPx, scrollPx, total }) {
  const columns = Math.max(1, Math.floor(widthPx / TILE_WIDTH_MIN_PX));
  const firstRow = Math.max(0, Math.floor(scrollPx / ROW_HEIGHT_PX) - 1);
  const rows = Math.ceil(heightPx / ROW_HEIGHT_PX) + 3;
  const first = Math.max(0, Math.min(firstRow * columns, total - 1));
  return {
    columns,
    first: first - (first % columns),
    count: Math.min(rows * columns, TILES_MAX),
    heightPx: Math.ceil(total / columns) * ROW_HEIGHT_PX,
  };
}
