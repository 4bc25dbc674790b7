import {
  HIGHEST_OFFSET,
  isTiny,
  MAXIMUM,
  MINIMUM,
  productError,
  SQUARES_HIGH,
  SQUARES_LOW,
  SUM_HIGH,
  SUM_LOW,
  TINY_SCALE,
} from './aggregate.ts';
import type { WindowResult } from './types.ts';

/** Sets the fields that follow from an aggregate of `count` values: never NaN, infinite or -0. */
export function fillResult(result: WindowResult, cells: Float64Array, at: number, count: number): void {
  const minimum = cells[at + MINIMUM]!;
  const maximum = cells[at + MAXIMUM]!;
  const total = cells[at + SUM_HIGH]!;
  const quotient = total / count;
  result.count = count;
  result.total = total + 0; // -0 + 0 is 0
  result.average = Math.max(minimum, Math.min(quotient, maximum)) + 0;
  result.minimum = minimum;
  result.maximum = maximum;
  result.stddev = minimum === maximum ? 0 : standardDeviation(cells, at, count);
  result.inputOffset = cells[at + HIGHEST_OFFSET]!;
}

/** sqrt((Σv² − (Σv)² / n) / n), the difference in double-doubles. */
function standardDeviation(cells: Float64Array, at: number, count: number): number {
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
  return spread > 0 ? Math.sqrt(spread / count) / scale : 0;
}

/** A result to be filled in, over and over. */
export function emptyResult(): WindowResult {
  return {
    definition: 0,
    key: 0,
    startMs: 0,
    endMs: 0,
    count: 0,
    total: 0,
    average: 0,
    minimum: 0,
    maximum: 0,
    earliest: 0,
    latest: 0,
    stddev: 0,
    revision: 0,
    isFinal: false,
    inputOffset: 0,
  };
}
