import { AGGREGATE, addRecord, clearAggregate } from './aggregate.ts';
import { type KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';

const { SUM_HIGH, SUM_LOW, SQUARES_HIGH, SQUARES_LOW, MINIMUM, MAXIMUM, HIGHEST_OFFSET } = AGGREGATE;
const { TINY, SPLITTER } = AGGREGATE;
const { VALUE, OFFSET } = RECORD;
const { BASE, MASK, INDEX } = RING;

/**
 * Gives each entry of [low, high) of a ring, at `slotAt` within it, the aggregate of the records from itself to the last:
 *
 *   entries   │ a    b   c │
 *   slots     │abc   bc  c │
 *
 * One loop that keeps the aggregate in registers; it is equal, bit for bit, to the plain version below it.
 */
export function foldRecords(rings: KeyRings, ring: number, slotAt: number, low: number, high: number): void {
  const { cells, ints, stride } = rings;
  const base = ints[ring + BASE]!;
  const mask = ints[ring + MASK]!;
  if (low >= high) return;
  const last = Math.abs(cells[rings.at(ring, high - 1) + VALUE]!);
  // An aggregate that begins with a tiny value may have scaled squares.
  if (last < TINY) {
    foldRecordsPlainly(rings, ring, slotAt, low, high);
    return;
  }
  let sum = 0;
  let sumLow = 0;
  let squares = 0;
  let squaresLow = 0;
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let highestOffset = -1;
  for (let position = high - 1; position >= low; position--) {
    const at = Math.imul(base + (position & mask), stride) & INDEX;
    const slot = (at + slotAt) & INDEX;
    const value = cells[at + VALUE]!;
    const offset = cells[at + OFFSET]!;

    const newSum = sum + value;
    const sumPart = newSum - sum;
    const sumRest = sum - (newSum - sumPart) + (value - sumPart) + sumLow;
    sum = newSum + sumRest;
    sumLow = sumRest - (sum - newSum);

    const square = value * value;
    const split = SPLITTER * value;
    const half = split - (split - value);
    const otherHalf = value - half;
    const squareError = otherHalf * otherHalf - (square - half * half - 2 * half * otherHalf);
    const newSquares = squares + square;
    const part = newSquares - squares;
    const rest = squares - (newSquares - part) + (square - part) + (squaresLow + squareError);
    squares = newSquares + rest;
    squaresLow = rest - (squares - newSquares);

    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    if (offset > highestOffset) highestOffset = offset;
    cells[slot + SUM_HIGH] = sum;
    cells[slot + SUM_LOW] = sumLow;
    cells[slot + SQUARES_HIGH] = squares;
    cells[slot + SQUARES_LOW] = squaresLow;
    cells[slot + MINIMUM] = minimum;
    cells[slot + MAXIMUM] = maximum;
    cells[slot + HIGHEST_OFFSET] = highestOffset;
  }
}

/** What `foldRecords` means. */
export function foldRecordsPlainly(
  rings: KeyRings,
  ring: number,
  slotAt: number,
  low: number,
  high: number,
): void {
  const { cells } = rings;
  for (let position = high - 1; position >= low; position--) {
    const at = rings.at(ring, position);
    let behind = at + slotAt;
    if (position < high - 1) behind = rings.at(ring, position + 1) + slotAt;
    else clearAggregate(cells, behind);
    addRecord(cells, at + slotAt, behind, cells, at);
  }
}
