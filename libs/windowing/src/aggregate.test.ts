import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATE, addRecord, clearAggregate, combine } from './aggregate.ts';
import { fillResult } from './fill-result.ts';
import type { WindowResult } from './types.ts';

const price = fc.integer({ min: 1, max: 2_000_000 }).map((cents) => cents / 100);
const any = fc.double({ min: -1e100, max: 1e100, noNaN: true }).map((value) => value + 0);
const tiny = fc.double({ min: -(2 ** -395), max: 2 ** -395, noNaN: true }).map((value) => value + 0);
const close = fc.integer({ min: 0, max: 5 }).map((step) => 1e9 + step * 2 ** -23);
const extreme = fc.constantFrom(1e100, -1e100, 1e15, -1e15, 0, 0.1, -0.1, 1e-300, 5e-324, -5e-324, 2 ** -400);

describe('aggregate', () => {
  test.each([
    ['prices', price],
    ['any doubles', any],
    ['tiny ones', tiny],
    ['nearly equal large ones', close],
    ['extremes', extreme],
    ['a mixture', fc.oneof(price, any, tiny, extreme)],
  ])('keeps the bounds for %s, in whatever order sets are combined', (_name, value) => {
    const sets = fc.array(fc.array(value, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(sets, (values) => checkBounds(values)));
  });

  test('a spike that has left leaves no trace', () => {
    checkBounds([[100.01, 100.02], [100.03]]);
    const with1e15 = aggregateOf([[1e15, 100.01, 100.02]]);
    expect(with1e15.total).toBe(1e15 + 200);
    expect(aggregateOf([[100.01, 100.02]]).stddev).toBeCloseTo(0.005, 12);
  });

  test('cancelling sums are exact', () => {
    expect(aggregateOf([[1e100, 1, -1e100]]).total).toBe(1);
    expect(aggregateOf([[1e100, -1e100], [0.5]]).total).toBe(0.5);
    expect(Object.is(aggregateOf([[5, -5]]).total, 0)).toBe(true);
  });

  test('ten thousand additions of 0.1 give the nearest double', () => {
    expect(aggregateOf([Array.from({ length: 10_000 }, () => 0.1)]).total).toBe(1000);
  });

  test.each([0.1, 1e100, -1e100, 1e-300, 5e-324, 123456.789])(
    'equal values %d have no deviation',
    (value) => {
      const result = aggregateOf([Array.from({ length: 7 }, () => value), [value]]);
      expect(result.stddev).toBe(0);
      expect(result.average).toBe(value);
    },
  );

  test('nothing is ever -0', () => {
    const result = aggregateOf([[-5e-324, 0, 0]]);
    expect(Object.is(result.average, 0)).toBe(true);
    expect(result.total).toBe(-5e-324);
  });

  test('a hundred thousand values of 1e9 apart by a cent', () => {
    checkBounds([Array.from({ length: 100_000 }, (_, i) => 1e9 + (i % 2) / 100)]);
  });
});

/** Aggregates each set, then combines them. */
function aggregateOf(sets: number[][]): WindowResult {
  const whole = new Float64Array(AGGREGATE.CELLS);
  const part = new Float64Array(AGGREGATE.CELLS);
  clearAggregate(whole, 0);
  for (const values of sets) {
    clearAggregate(part, 0);
    values.forEach((value, offset) => {
      addRecord(part, 0, 0, new Float64Array([0, value, offset]), 0);
    });
    combine(whole, 0, whole, 0, part, 0);
  }
  const result = {} as WindowResult;
  fillResult(result, whole, 0, sets.flat().length);
  return result;
}

/** The contract's bounds, with all sums as exact integers of 2^-1074. */
function checkBounds(sets: number[][]): void {
  const result = aggregateOf(sets);
  const values = sets.flat();
  const exact = values.map(units);
  const sum = exact.reduce((a, b) => a + b, 0n);
  const magnitude = exact.reduce((a, b) => a + (b < 0n ? -b : b), 0n);
  const count = BigInt(values.length);

  const totalFault = difference(units(result.total), sum);
  expect(totalFault * 10n ** 12n <= magnitude, `total ${result.total}`).toBe(true);
  expect(result.minimum).toBe(values.reduce((a, b) => Math.min(a, b)));
  expect(result.maximum).toBe(values.reduce((a, b) => Math.max(a, b)));
  const quotient = result.total / values.length;
  expect(result.average).toBe(Math.max(result.minimum, Math.min(quotient, result.maximum)) + 0);

  if (result.minimum === result.maximum) {
    expect(result.stddev).toBe(0);
    return;
  }
  // In units of 2^-1074 / count: count · stddev = sqrt(count · Σv² − (Σv)²).
  const squares = exact.reduce((a, b) => a + b * b, 0n);
  const wanted = squareRoot(count * squares - sum * sum);
  const fault = difference(units(result.stddev) * count, wanted);
  const bound = wanted / 10n ** 9n > magnitude / 10n ** 12n ? wanted / 10n ** 9n : magnitude / 10n ** 12n;
  // No double is nearer than half a unit; the square root above is cut.
  expect(fault <= bound + count + 1n, `stddev ${result.stddev} of ${values.slice(0, 20).join(' ')}`).toBe(
    true,
  );
}

/** value / 2^-1074 */
function units(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & (2n ** 52n - 1n);
  const magnitude = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

function difference(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

function squareRoot(square: bigint): bigint {
  if (square < 2n) return square;
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
