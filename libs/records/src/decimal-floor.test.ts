import { expect, test } from 'vitest';
import { decimalFloor } from './decimal-floor.ts';

test('numbers are cut toward minus infinity, exactly', () => {
  const cases: [string, number, number][] = [
    ['0', 3, 0],
    ['-0.000', 3, 0],
    ['1.9999999999999999999', 0, 1],
    ['-1.0000000000000000001', 0, -2],
    ['-1.000', 0, -1],
    ['-0.1', 0, -1],
    ['1700000000.1239', 3, 1_700_000_000_123],
    ['1700000000123999999', -6, 1_700_000_000_123],
    ['000012.5e1', 0, 125],
    ['1.25E+2', 0, 125],
    ['125000e-3', 0, 125],
    ['9007199254740991.9', 0, 9007199254740991],
    ['1e17', 0, Number.POSITIVE_INFINITY],
    ['-1e17', 0, Number.NEGATIVE_INFINITY],
    [`1e${'9'.repeat(400)}`, 0, Number.POSITIVE_INFINITY],
    [`1e-${'9'.repeat(400)}`, 0, 0],
    [`0.${'0'.repeat(60_000)}1e60001`, 0, 1],
  ];
  for (const [text, shift, floor] of cases) expect(decimalFloor(text, shift), text.slice(0, 50)).toBe(floor);
});

test('other text is refused', () => {
  for (const text of ['', 'x', '1.', '.5', ' 1', '+1']) {
    expect(() => decimalFloor(text, 0)).toThrow(`number: ${text}, wanted decimal digits`);
  }
});
