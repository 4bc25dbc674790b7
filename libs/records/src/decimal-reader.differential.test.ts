import { expect, test } from 'vitest';
import { decimalFloor } from './decimal-floor.ts';
import { DecimalReader } from './decimal-reader.ts';

const NUMBERS = process.env['TEST_SCALE'] === 'full' ? 1_000_000 : 100_000;

const reader = new DecimalReader();
const encoder = new TextEncoder();
const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** @returns whether the number was converted; if so, it is the double that Number(text) is. */
function isConverted(text: string): boolean {
  const bytes = encoder.encode(text);
  if (reader.readNumber(bytes, 0, bytes.length) !== bytes.length) expect(text).toBe('read to its end');
  reader.convertToDouble();
  if (Number.isNaN(reader.result)) return false;
  if (!Object.is(reader.result, Number(text))) expect(`${text}: ${reader.result}`).toBe(Number(text));
  return true;
}

/** The same at every run (Numerical Recipes' linear congruential generator). */
let state = 20_240_505;
function random(): number {
  let sum = 0;
  for (let word = 0; word < 2; word++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    sum = (sum + state) / 2 ** 32;
  }
  return sum;
}

function digits(count: number): string {
  let text = String(1 + Math.floor(random() * 9));
  while (text.length < count) text += Math.floor(random() * 10);
  return text;
}

test('nearly all doubles are read as JSON.stringify writes them', () => {
  let converted = 0;
  for (let count = 0; count < NUMBERS; count++) {
    const value = (random() - 0.5) * 10 ** Math.floor(random() * 9 - 2);
    if (isConverted(String(value))) converted++;
  }
  expect(converted).toBeGreaterThan(NUMBERS * 0.99);
});

test('up to 20 digits are the nearest double or left alone, wherever the point is', () => {
  let converted = 0;
  for (let count = 0; count < NUMBERS; count++) {
    const length = 15 + Math.floor(random() * 7);
    const text = digits(length);
    const point = Math.floor(random() * length);
    const whole = point === 0 ? '0' : text.slice(0, point);
    const isFound = isConverted(`${count % 2 === 0 ? '' : '-'}${whole}.${text.slice(point)}`);
    if (isFound) converted++;
    if (isFound && length > 20) expect(text).toBe('left alone');
  }
  expect(converted).toBeGreaterThan(NUMBERS / 2);
});

test('next to the middle of two doubles it is never the wrong one', () => {
  for (let count = 0; count < NUMBERS / 10; count++) {
    double[0] = 1 + random() * 15;
    const lower = BigInt(double[0] * 2 ** 52);
    bits[0]! += 1n;
    const upper = BigInt(double[0] * 2 ** 52);
    for (const places of [15, 16, 17]) {
      const middle = ((lower + upper) * 10n ** BigInt(places)) >> 53n;
      for (const by of [-1n, 0n, 1n]) {
        const text = String(middle + by);
        isConverted(`${text.slice(0, -places)}.${text.slice(-places)}`);
      }
    }
  }
});

test('times are floored exactly, and always converted, nanoseconds of 19 digits included', () => {
  for (let count = 0; count < NUMBERS / 10; count++) {
    for (const [shift, text] of [
      [-6, digits(19)],
      [-6, `1${'9'.repeat(count % 19)}`],
      [-6, `${digits(13)}${count % 2 === 0 ? '000000' : '999999'}`],
      [-3, digits(16)],
      [3, `${digits(10)}.${digits(1 + (count % 9))}`],
    ] as const) {
      const bytes = encoder.encode(text);
      expect(reader.readNumber(bytes, 0, bytes.length)).toBe(bytes.length);
      reader.convertToFloor(shift);
      if (reader.result !== decimalFloor(text, shift)) {
        expect(`${text}: ${reader.result}`).toBe(decimalFloor(text, shift));
      }
    }
  }
});
