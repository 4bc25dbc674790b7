import { AGGREGATE, isTiny } from './aggregate.ts';
import type { WindowResult } from './types.ts';

const { SUM_HIGH, SUM_LOW, SQUARES_HIGH, SQUARES_LOW, MINIMUM, MAXIMUM, HIGHEST_OFFSET } = AGGREGATE;
const { TINY_SCALE, SPLITTER } = AGGREGATE;

/** Sets the fields that follow from an aggregate of `count` values: never NaN, infinite or -0. */
export function fillResult(result: WindowResult, cells: Float64Array, at: number, count: number): void {
  const minimum = cells[at + MINIMUM]!;
  const maximum = cells[at + MAXIMUM]!;
  const total = cells[at + SUM_HIGH]!;
  let average = total / count;
  if (average < minimum) average = minimum;
  if (average > maximum) average = maximum;
  result.count = count;
  result.total = total + 0; // -0 + 0 is 0
  result.average = average + 0;
  result.minimum = minimum;
  result.maximum = maximum;
  result.inputOffset = cells[at + HIGHEST_OFFSET]!;
  if (minimum === maximum) result.stddev = 0;
  else fillDeviation(result, cells, at, count);
}

/** sqrt((Σv² − (Σv)² / n) / n), the difference in double-doubles. */
function fillDeviation(result: WindowResult, cells: Float64Array, at: number, count: number): void {
  const scale = isTiny(cells, at) ? TINY_SCALE : 1;
  const high = cells[at + SUM_HIGH]! * scale;
  const low = cells[at + SUM_LOW]! * scale;
  const square = high * high;
  const squareRest = productError(high, high, square) + 2 * high * low;
  const mean = square / count;
  const product = mean * count;
  const meanRest = (square - product - productError(mean, count, product) + squareRest) / count;

  const squares = cells[at + SQUARES_HIGH]!;
  const difference = squares - mean;
  const subtracted = difference - squares;
  const rest = squares - (difference - subtracted) - (mean + subtracted);
  const spread = difference + (rest + (cells[at + SQUARES_LOW]! - meanRest));
  result.stddev = spread > 0 ? Math.sqrt(spread / count) / scale : 0;
}

/** a·b − product exactly, where `product` is the double a·b (Dekker: JavaScript has no fused multiply-add). */
function productError(a: number, b: number, product: number): number {
  const aTimes = SPLITTER * a;
  const aHigh = aTimes - (aTimes - a);
  const aLow = a - aHigh;
  const bTimes = SPLITTER * b;
  const bHigh = bTimes - (bTimes - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/**
 * A result to be filled in, over and over. It starts with fractions where fractions may follow, so that the machine
 * lays these fields out for doubles at once.
 */
export function emptyResult(): WindowResult {
  return {
    definition: 0,
    key: 0,
    startMs: 0.5,
    endMs: 0.5,
    count: 0,
    total: 0.5,
    average: 0.5,
    minimum: 0.5,
    maximum: 0.5,
    earliest: 0.5,
    latest: 0.5,
    stddev: 0.5,
    revision: 0,
    isFinal: false,
    inputOffset: 0.5,
  };
}
