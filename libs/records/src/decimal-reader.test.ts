import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalFloor } from './decimal-floor.ts';
import { DecimalReader } from './decimal-reader.ts';

const reader = new DecimalReader();

function read(text: string): number {
  return reader.readNumber(new TextEncoder().encode(text), 0, text.length);
}

test('a floor is exact next to whole numbers of any size', () => {
  const whole = fc.maxSafeNat().map((mantissa) => mantissa % 900_719_925_474_099);
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 15 }), fc.constantFrom(-1, 0, 1), (mantissa, places, by) => {
      const divisor = 10 ** places;
      const near = Math.max(0, mantissa - (mantissa % divisor) + by);
      expect(read(String(near))).toBe(String(near).length);
      reader.convertToFloor(-places);
      expect(reader.result).toBe(decimalFloor(String(near), -places));
    }),
    { numRuns: 2_000 },
  );
});

test('what takes more than one rounding, or is no number, is not converted', () => {
  for (const text of ['9007199254740993', '1e23', '1e-23', '1e99999999999']) {
    expect(read(text)).toBe(text.length);
    reader.convertToDouble();
    expect(reader.result).toBeNaN();
  }
  for (const text of ['', '-', '01', '1.', '1.e5', '1e', '1e+', '.5', '+1'])
    expect(read(text), text).toBe(-1);
});
