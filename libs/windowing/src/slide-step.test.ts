import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATE, addRecord, clearAggregate, combine } from './aggregate.ts';
import { emptyResult, fillResult } from './fill-result.ts';
import { slideStep } from './slide-step.ts';
import type { WindowResult } from './types.ts';

// Where things lie in the test's cells: two aggregates, a record, the slot.
const FRONT = 0;
const BEFORE = FRONT + AGGREGATE.CELLS;
const ENTRY = BEFORE + AGGREGATE.CELLS;
const SLOT = ENTRY + 3;
const CELLS = SLOT + AGGREGATE.CELLS;

const price = fc.integer({ min: 1, max: 2_000_000 }).map((cents) => cents / 100);
const close = fc.integer({ min: 0, max: 5 }).map((step) => 1e9 + step * 2 ** -23);
const any = fc.double({ min: -1e100, max: 1e100, noNaN: true }).map((value) => value + 0);
const extreme = fc.constantFrom(
  1e100,
  -1e100,
  1e15,
  -1e15,
  0,
  0.1,
  -0.1,
  1e-300,
  5e-324,
  2 ** -400,
  2 ** -399,
);

describe('slideStep', () => {
  test.each([
    ['prices', price],
    ['nearly equal large values', close],
    ['any doubles', any],
    ['extremes', extreme],
    ['equal values', fc.constant(0.1)],
    ['a mixture', fc.oneof(price, any, extreme)],
  ])('gives the very bits of the plain version, for %s', (_name, value) => {
    const values = fc.array(value, { minLength: 1, maxLength: 8 });
    let taken = 0;
    fc.assert(
      fc.property(values, values, value, (front, before, entry) => {
        const cells = cellsOf(front, before, entry);
        const wanted = cells.slice();
        const plain = emptyResult();
        const count = front.length + before.length + 1;
        slideStepPlainly(plain, wanted, FRONT, BEFORE, ENTRY, SLOT, count);
        const found = emptyResult();
        if (!slideStep(found, cells, FRONT, BEFORE, ENTRY, SLOT, count)) {
          expect(cells).toEqual(cellsOf(front, before, entry));
          expect([front, before].some((all) => all.every((each) => Math.abs(each) < AGGREGATE.TINY))).toBe(
            true,
          );
          return;
        }
        taken++;
        expect(bits(cells)).toEqual(bits(wanted));
        expect(found).toEqual(plain);
      }),
    );
    expect(taken).toBeGreaterThan(0);
  });
});

function slideStepPlainly(
  result: WindowResult,
  cells: Float64Array,
  front: number,
  before: number,
  entry: number,
  slot: number,
  count: number,
): void {
  addRecord(cells, slot, before, cells, entry);
  const whole = new Float64Array(AGGREGATE.CELLS);
  combine(whole, 0, cells, front, cells, slot);
  fillResult(result, whole, 0, count);
}

function cellsOf(front: number[], before: number[], entry: number): Float64Array {
  const cells = new Float64Array(CELLS);
  let offset = 0;
  for (const [at, values] of [
    [FRONT, front],
    [BEFORE, before],
  ] as const) {
    clearAggregate(cells, at);
    for (const value of values) addRecord(cells, at, at, new Float64Array([0, value, offset++]), 0);
  }
  cells.set([0, entry, offset], ENTRY);
  return cells;
}

/** -0 and 0 apart. */
function bits(cells: Float64Array): BigUint64Array {
  return new BigUint64Array(cells.slice().buffer);
}
