import { expect, test } from 'vitest';
import { percentOf } from './compared-line.js';
import { rowOf } from './row.fixture.ts';

const rows = [80, 0, 100, 110].map((average, index) => rowOf({ window_end: index * 10, average }));

test('percent counts from the first value in sight', () => {
  const valueAt = percentOf(rows, { fromMs: 15, toMs: 30 });
  expect([80, 100, 110].map(valueAt)).toEqual([-20, 0, 10]);
});

test('a base of zero has no percent: the next value is the base', () => {
  expect(percentOf(rows, { fromMs: 5, toMs: 30 })(50)).toBe(-50);
});

test('with nothing in sight it counts from what is left of it, and up stays up below zero', () => {
  expect(percentOf(rows, { fromMs: 99, toMs: 100 })(88)).toBeCloseTo(10);
  expect(percentOf([rowOf({ average: -50 })], { fromMs: 0, toMs: 99_999 })(-25)).toBe(50);
});
