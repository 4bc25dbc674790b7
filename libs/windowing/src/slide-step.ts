import { AGGREGATE } from './aggregate.ts';
import { RECORD } from './record-cells.ts';
import type { WindowResult } from './types.ts';

const { SUM_HIGH, SUM_LOW, SQUARES_HIGH, SQUARES_LOW, MINIMUM, MAXIMUM, HIGHEST_OFFSET } = AGGREGATE;
const { TINY, SPLITTER, INDEX } = AGGREGATE;
const { VALUE, OFFSET } = RECORD;

/**
 * What a sliding window does for nearly every record, in one piece: the aggregate `before` with the record at `entry`
 * goes to `slot`; with the aggregate at `front` it makes the result of `count` values.
 *
 *   front │ … before │ entry          slot = before + entry         result = front + slot
 *
 * The plain version, which this is equal to bit for bit, is addRecord, combine, fillResult one after the other: see
 * `slideStepPlainly`. In one piece the numbers stay in registers, and that halves the time of a record.
 * @returns false, having done nothing, where values may be tiny: their squares are scaled, which is left to the plain version
 */
export function slideStep(
  result: WindowResult,
  cells: Float64Array,
  front: number,
  before: number,
  entry: number,
  slot: number,
  count: number,
): boolean {
  front &= INDEX;
  before &= INDEX;
  entry &= INDEX;
  slot &= INDEX;
  const backMaximum = cells[before + MAXIMUM]!;
  const backMinimum = cells[before + MINIMUM]!;
  const frontMaximum = cells[front + MAXIMUM]!;
  const frontMinimum = cells[front + MINIMUM]!;
  if ((backMaximum < TINY && backMinimum > -TINY) || (frontMaximum < TINY && frontMinimum > -TINY)) {
    return false;
  }
  const value = cells[entry + VALUE]!;
  let offset = cells[entry + OFFSET]!;

  // addRecord: before + entry, to slot
  let minimum = backMinimum;
  let maximum = backMaximum;
  if (value < minimum) minimum = value;
  if (value > maximum) maximum = value;
  if (cells[before + HIGHEST_OFFSET]! > offset) offset = cells[before + HIGHEST_OFFSET]!;
  const oldSum = cells[before + SUM_HIGH]!;
  let sum = oldSum + value;
  let part = sum - oldSum;
  let rest = oldSum - (sum - part) + (value - part) + cells[before + SUM_LOW]!;
  const backSum = sum + rest;
  const backSumLow = rest - (backSum - sum);
  const square = value * value;
  let split = SPLITTER * value;
  let high = split - (split - value);
  let low = value - high;
  const squareError = low * low - (square - high * high - 2 * high * low);
  const oldSquares = cells[before + SQUARES_HIGH]!;
  let squares = oldSquares + square;
  part = squares - oldSquares;
  rest = oldSquares - (squares - part) + (square - part) + (cells[before + SQUARES_LOW]! + squareError);
  const backSquares = squares + rest;
  const backSquaresLow = rest - (backSquares - squares);
  cells[slot + SUM_HIGH] = backSum;
  cells[slot + SUM_LOW] = backSumLow;
  cells[slot + SQUARES_HIGH] = backSquares;
  cells[slot + SQUARES_LOW] = backSquaresLow;
  cells[slot + MINIMUM] = minimum;
  cells[slot + MAXIMUM] = maximum;
  cells[slot + HIGHEST_OFFSET] = offset;

  // combine: front + slot
  if (frontMinimum < minimum) minimum = frontMinimum;
  if (frontMaximum > maximum) maximum = frontMaximum;
  if (cells[front + HIGHEST_OFFSET]! > offset) offset = cells[front + HIGHEST_OFFSET]!;
  const frontSum = cells[front + SUM_HIGH]!;
  sum = frontSum + backSum;
  part = sum - frontSum;
  rest = frontSum - (sum - part) + (backSum - part) + (cells[front + SUM_LOW]! + backSumLow);
  const total = sum + rest;
  const totalLow = rest - (total - sum);
  const frontSquares = cells[front + SQUARES_HIGH]!;
  squares = frontSquares + backSquares;
  part = squares - frontSquares;
  rest =
    frontSquares - (squares - part) + (backSquares - part) + (cells[front + SQUARES_LOW]! + backSquaresLow);
  const totalSquares = squares + rest;
  const totalSquaresLow = rest - (totalSquares - squares);

  // fillResult
  let average = total / count;
  if (average < minimum) average = minimum;
  if (average > maximum) average = maximum;
  result.count = count;
  result.total = total + 0; // -0 + 0 is 0
  result.average = average + 0;
  result.minimum = minimum;
  result.maximum = maximum;
  result.inputOffset = offset;
  const totalSquare = total * total;
  split = SPLITTER * total;
  high = split - (split - total);
  low = total - high;
  const totalSquareError = low * low - (totalSquare - high * high - 2 * high * low) + 2 * total * totalLow;
  const mean = totalSquare / count;
  const product = mean * count;
  split = SPLITTER * mean;
  high = split - (split - mean);
  low = mean - high;
  // A count is below 2^26: its halves are itself and 0.
  const productError = -(product - high * count - low * count);
  const meanRest = (totalSquare - product - productError + totalSquareError) / count;
  const difference = totalSquares - mean;
  part = difference - totalSquares;
  rest = totalSquares - (difference - part) - (mean + part);
  const spread = difference + (rest + (totalSquaresLow - meanRest));
  result.stddev = spread > 0 && minimum !== maximum ? Math.sqrt(spread / count) : 0;
  return true;
}
