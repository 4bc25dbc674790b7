import { RECORD } from './record-cells.ts';

const { OFFSET, VALUE } = RECORD;

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
 *
 * The sum of two pairs is written out wherever it is needed, since a pair cannot be returned without an object:
 *
 *   sum = a + b; part = sum − a; rest = a − (sum − part) + (b − part) + lows    Knuth: sum + rest is exact but for the lows
 *   high = sum + rest; low = rest − (high − sum)                               so that |low| ≤ ulp(high) / 2 again
 */
export const AGGREGATE = {
  SUM_HIGH: 0,
  SUM_LOW: 1,
  SQUARES_HIGH: 2,
  SQUARES_LOW: 3,
  MINIMUM: 4,
  MAXIMUM: 5,
  HIGHEST_OFFSET: 6,
  /** How many they are. */
  CELLS: 7,
  /** Applied to an index, tells the machine that sums with it do not overflow. */
  INDEX: 2 ** 30 - 1,
  /** Below this the square of a value loses bits to underflow. */
  TINY: 2 ** -400,
  /** Values that are tiny are squared times this: 5e-324 becomes 2^-374, 2^-400 becomes 2^300. */
  TINY_SCALE: 2 ** 700,
  /** Splits a double into two halves whose products are exact (Veltkamp). */
  SPLITTER: 2 ** 27 + 1,
} as const;

const { SUM_HIGH, SUM_LOW, SQUARES_HIGH, SQUARES_LOW, MINIMUM, MAXIMUM, HIGHEST_OFFSET } = AGGREGATE;
const { CELLS, INDEX, TINY, TINY_SCALE, SPLITTER } = AGGREGATE;

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

/**
 * Puts at `to` the aggregate at `from` with one record more, `from` may be `to`. The record lies at `record` of
 * `records`; its value is finite, of a magnitude up to 1e100, not -0.
 */
export function addRecord(
  cells: Float64Array,
  to: number,
  from: number,
  records: Float64Array,
  record: number,
): void {
  to &= INDEX;
  from &= INDEX;
  record &= INDEX;
  const value = records[record + VALUE]!;
  let minimum = cells[from + MINIMUM]!;
  let maximum = cells[from + MAXIMUM]!;
  let offset = cells[from + HIGHEST_OFFSET]!;
  let squaresHigh = cells[from + SQUARES_HIGH]!;
  let squaresLow = cells[from + SQUARES_LOW]!;
  let scaled = value;
  if (maximum < TINY && minimum > -TINY) {
    if (value < TINY && value > -TINY) scaled = value * TINY_SCALE;
    else {
      squaresHigh = squaresHigh / TINY_SCALE / TINY_SCALE; // the square of the scale is no double
      squaresLow = squaresLow / TINY_SCALE / TINY_SCALE;
    }
  }

  const before = cells[from + SUM_HIGH]!;
  const sum = before + value;
  const sumPart = sum - before;
  const sumRest = before - (sum - sumPart) + (value - sumPart) + cells[from + SUM_LOW]!;
  const total = sum + sumRest;
  cells[to + SUM_HIGH] = total;
  cells[to + SUM_LOW] = sumRest - (total - sum);

  // What the double of the square lacks (Dekker: JavaScript has no fused multiply-add).
  const square = scaled * scaled;
  const split = SPLITTER * scaled;
  const high = split - (split - scaled);
  const low = scaled - high;
  const squareError = low * low - (square - high * high - 2 * high * low);
  const squares = squaresHigh + square;
  const part = squares - squaresHigh;
  const rest = squaresHigh - (squares - part) + (square - part) + (squaresLow + squareError);
  const totalSquares = squares + rest;
  cells[to + SQUARES_HIGH] = totalSquares;
  cells[to + SQUARES_LOW] = rest - (totalSquares - squares);

  if (value < minimum) minimum = value;
  if (value > maximum) maximum = value;
  if (records[record + OFFSET]! > offset) offset = records[record + OFFSET]!;
  cells[to + MINIMUM] = minimum;
  cells[to + MAXIMUM] = maximum;
  cells[to + HIGHEST_OFFSET] = offset;
}

/** Puts at `to` the aggregate at `left` of `cells` combined with that at `right` of `others`; `left` may be `to` of the same array. */
export function combine(
  into: Float64Array,
  to: number,
  cells: Float64Array,
  left: number,
  others: Float64Array,
  right: number,
): void {
  to &= INDEX;
  left &= INDEX;
  right &= INDEX;
  let leftHigh = cells[left + SQUARES_HIGH]!;
  let leftLow = cells[left + SQUARES_LOW]!;
  let rightHigh = others[right + SQUARES_HIGH]!;
  let rightLow = others[right + SQUARES_LOW]!;
  if (isTiny(cells, left)) {
    if (!isTiny(others, right)) {
      leftHigh = leftHigh / TINY_SCALE / TINY_SCALE;
      leftLow = leftLow / TINY_SCALE / TINY_SCALE;
    }
  } else if (isTiny(others, right)) {
    rightHigh = rightHigh / TINY_SCALE / TINY_SCALE;
    rightLow = rightLow / TINY_SCALE / TINY_SCALE;
  }

  const leftSum = cells[left + SUM_HIGH]!;
  const rightSum = others[right + SUM_HIGH]!;
  const sum = leftSum + rightSum;
  const sumPart = sum - leftSum;
  const sumLows = cells[left + SUM_LOW]! + others[right + SUM_LOW]!;
  const sumRest = leftSum - (sum - sumPart) + (rightSum - sumPart) + sumLows;
  const total = sum + sumRest;
  into[to + SUM_HIGH] = total;
  into[to + SUM_LOW] = sumRest - (total - sum);

  const squares = leftHigh + rightHigh;
  const part = squares - leftHigh;
  const rest = leftHigh - (squares - part) + (rightHigh - part) + (leftLow + rightLow);
  const totalSquares = squares + rest;
  into[to + SQUARES_HIGH] = totalSquares;
  into[to + SQUARES_LOW] = rest - (totalSquares - squares);

  let minimum = cells[left + MINIMUM]!;
  let maximum = cells[left + MAXIMUM]!;
  let offset = cells[left + HIGHEST_OFFSET]!;
  if (others[right + MINIMUM]! < minimum) minimum = others[right + MINIMUM]!;
  if (others[right + MAXIMUM]! > maximum) maximum = others[right + MAXIMUM]!;
  if (others[right + HIGHEST_OFFSET]! > offset) offset = others[right + HIGHEST_OFFSET]!;
  into[to + MINIMUM] = minimum;
  into[to + MAXIMUM] = maximum;
  into[to + HIGHEST_OFFSET] = offset;
}

export function copyAggregate(into: Float64Array, to: number, cells: Float64Array, at: number): void {
  for (let i = 0; i < CELLS; i++) into[to + i] = cells[at + i]!;
}
