/**
 * What many values have in common, as seven doubles inside a larger Float64Array ("cells"), so that hot state
 * needs no objects. Two aggregates of disjoint sets combine into that of their union; nothing is ever taken out.
 *
 *   0 sum, high   1 sum, low      Σv  as a double-double: value = high + low, high = the nearest double
 *   2 squares, high  3 …, low     Σv² likewise; of scaled values while all of them are tiny
 *   4 minimum   5 maximum   6 highest offset
 *
 * Double-doubles (Dekker 1971; Joldes, Muller, Popescu 2017) carry 106 bits: after n additions Σv is wrong by at
 * most 2n·2^-106 of Σ|v| and Σv² by 4n·2^-106 of itself. The subtraction Σv² − (Σv)²/n, useless in plain doubles,
 * then keeps the standard deviation within 1e-12 of Σ|v|/n for up to ten million records in a window.
 */
export const AGGREGATE_CELLS = 7;
export const SUM_HIGH = 0;
export const SUM_LOW = 1;
export const SQUARES_HIGH = 2;
export const SQUARES_LOW = 3;
export const MINIMUM = 4;
export const MAXIMUM = 5;
export const HIGHEST_OFFSET = 6;

/** Below this the square of a value loses bits to underflow. */
const TINY = 2 ** -400;
/** Values that are tiny are squared times this: 5e-324 becomes 2^-374, 2^-400 becomes 2^300. */
export const TINY_SCALE = 2 ** 700;
/** Splits a double into two halves whose products are exact (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

export function clearAggregate(cells: Float64Array, at: number): void {
  cells[at + SUM_HIGH] = 0;
  cells[at + SUM_LOW] = 0;
  cells[at + SQUARES_HIGH] = 0;
  cells[at + SQUARES_LOW] = 0;
  cells[at + MINIMUM] = Number.POSITIVE_INFINITY;
  cells[at + MAXIMUM] = Number.NEGATIVE_INFINITY;
  cells[at + HIGHEST_OFFSET] = -1;
}

/** Are the squares those of scaled values? True for an aggregate of nothing, too: it has no squares. */
export function isTiny(cells: Float64Array, at: number): boolean {
  return cells[at + MAXIMUM]! < TINY && cells[at + MINIMUM]! > -TINY;
}

/** Adds one value; finite, of a magnitude up to 1e100, not -0. */
export function addValue(cells: Float64Array, at: number, value: number, offset: number): void {
  let scaled = value;
  if (isTiny(cells, at)) {
    if (value < TINY && value > -TINY) scaled = value * TINY_SCALE;
    else unscaleSquares(cells, at);
  }
  addPair(cells, at + SUM_HIGH, value, 0);
  const square = scaled * scaled;
  addPair(cells, at + SQUARES_HIGH, square, productError(scaled, scaled, square));
  if (value < cells[at + MINIMUM]!) cells[at + MINIMUM] = value;
  if (value > cells[at + MAXIMUM]!) cells[at + MAXIMUM] = value;
  if (offset > cells[at + HIGHEST_OFFSET]!) cells[at + HIGHEST_OFFSET] = offset;
}

/** Adds the aggregate at `from` of `source` to the one at `at` of `cells`. */
export function addAggregate(cells: Float64Array, at: number, source: Float64Array, from: number): void {
  let squaresHigh = source[from + SQUARES_HIGH]!;
  let squaresLow = source[from + SQUARES_LOW]!;
  if (isTiny(cells, at)) {
    if (!isTiny(source, from)) unscaleSquares(cells, at);
  } else if (isTiny(source, from)) {
    squaresHigh = unscaled(squaresHigh);
    squaresLow = unscaled(squaresLow);
  }
  addPair(cells, at + SUM_HIGH, source[from + SUM_HIGH]!, source[from + SUM_LOW]!);
  addPair(cells, at + SQUARES_HIGH, squaresHigh, squaresLow);
  const minimum = source[from + MINIMUM]!;
  const maximum = source[from + MAXIMUM]!;
  const offset = source[from + HIGHEST_OFFSET]!;
  if (minimum < cells[at + MINIMUM]!) cells[at + MINIMUM] = minimum;
  if (maximum > cells[at + MAXIMUM]!) cells[at + MAXIMUM] = maximum;
  if (offset > cells[at + HIGHEST_OFFSET]!) cells[at + HIGHEST_OFFSET] = offset;
}

export function copyAggregate(cells: Float64Array, at: number, source: Float64Array, from: number): void {
  for (let i = 0; i < AGGREGATE_CELLS; i++) cells[at + i] = source[from + i]!;
}

/** a·b − product exactly, where `product` is the double a·b (Dekker: JavaScript has no fused multiply-add). */
export function productError(a: number, b: number, product: number): number {
  const aTimes = SPLITTER * a;
  const aHigh = aTimes - (aTimes - a);
  const aLow = a - aHigh;
  const bTimes = SPLITTER * b;
  const bHigh = bTimes - (bTimes - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** (cells[at], cells[at + 1]) += (high, low). The first step is Knuth's exact sum, the last one restores |low| ≤ ulp(high) / 2. */
function addPair(cells: Float64Array, at: number, high: number, low: number): void {
  const before = cells[at]!;
  const sum = before + high;
  const added = sum - before;
  const rest = before - (sum - added) + (high - added) + (cells[at + 1]! + low);
  const total = sum + rest;
  cells[at] = total;
  cells[at + 1] = rest - (total - sum);
}

function unscaleSquares(cells: Float64Array, at: number): void {
  cells[at + SQUARES_HIGH] = unscaled(cells[at + SQUARES_HIGH]!);
  cells[at + SQUARES_LOW] = unscaled(cells[at + SQUARES_LOW]!);
}

/** In two steps: the square of the scale is no double. */
function unscaled(square: number): number {
  return square / TINY_SCALE / TINY_SCALE;
}
