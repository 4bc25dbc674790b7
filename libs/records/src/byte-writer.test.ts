import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';

const written = (out: ByteWriter) => new TextDecoder().decode(out.toBytes());

function numberText(value: number): string {
  const out = new ByteWriter(1);
  out.number(value);
  return written(out);
}

test('numbers are written as Number::toString does, -0 as 0', () => {
  const edges = [0, -0, 9, 10, 99, 100, 999_999_999, 1e9, 1e9 + 1, 2 ** 31, 2 ** 32, 1_700_000_010_123];
  const more = [2 ** 53 - 1, 2 ** 53, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 100.5];
  for (const value of [...edges, ...more]) {
    expect(numberText(value)).toBe(String(value));
    expect(numberText(-value)).toBe(String(-value));
  }
  // Where the division by 1e9 is closest to being rounded up to the next whole number.
  for (let high = 9_007_000; high <= 9_007_199; high++) {
    for (const value of [high * 1e9 - 1, high * 1e9]) expect(numberText(value)).toBe(String(value));
  }
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => numberText(value) === String(value)));
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (value) => numberText(value) === String(value),
    ),
  );
});

test('a number that JSON cannot carry is refused', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => numberText(value)).toThrow(`number to write: ${value}, wanted a finite one`);
  }
});

test('pieces stand one after the other, however often the buffer grows', () => {
  const out = new ByteWriter(1);
  const long = 'x'.repeat(500);
  out.ascii('{"a":');
  out.number(-12);
  out.byte(0x2c);
  out.text('é😀\ud800');
  out.raw(new TextEncoder().encode(long));
  expect(written(out)).toBe(`{"a":-12,é😀\ufffd${long}`);
  out.clear();
  expect(out.toBytes()).toHaveLength(0);
});
