import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { ShortestDecimal } from './decimal-shortest.ts';

const VALUES = process.env['TEST_SCALE'] === 'full' ? 1_000_000 : 100_000;

const out = new ByteWriter();
const decimal = new ShortestDecimal();
const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const counts = { found: 0, left: 0 };

/** Bytes and Number::toString agree on a number and its negative. */
function compare(value: number): void {
  for (const signed of [value, -value]) {
    out.clear();
    out.number(signed);
    const text = String(signed);
    let isSame = out.length === text.length;
    for (let index = 0; index < out.length; index++) {
      isSame &&= out.bytes[index] === text.charCodeAt(index);
    }
    if (!isSame) expect(new TextDecoder().decode(out.toBytes())).toBe(text);
  }
  if (Number.isInteger(value)) return;
  decimal.value[0] = value;
  if (decimal.find()) counts.found++;
  else counts.left++;
}

/** The doubles around one. */
function compareAround(value: number, distance: number): void {
  for (let steps = -distance; steps <= distance; steps++) {
    double[0] = value;
    bits[0]! += BigInt(steps);
    if (Number.isFinite(double[0])) compare(double[0]);
  }
}

/** The same at every run (Numerical Recipes' linear congruential generator). */
let state = 20_240_504;
function random(): number {
  let sum = 0;
  for (let word = 0; word < 2; word++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    sum = sum / 2 ** 32 + state / 2 ** 32;
  }
  return sum / (1 + 2 ** -32);
}

function randomInteger(limit: number): number {
  return Math.floor(random() * limit);
}

const kinds: Record<string, () => number> = {
  'any bits': () => {
    double[0] = random();
    bits[0] = BigInt.asIntN(64, (BigInt(randomInteger(2 ** 32)) << 32n) | BigInt(randomInteger(2 ** 32)));
    return Number.isFinite(double[0]) ? double[0] : 0.5;
  },
  'a price': () => 90 + 20 * random(),
  'of any size': () => random() * 10 ** (randomInteger(26) - 8),
  'few decimals': () => randomInteger(10 ** (1 + randomInteger(15))) / 10 ** randomInteger(22),
  'a sum of cents': () => randomInteger(1e6) / 100 + randomInteger(1e6) / 100 + randomInteger(1e6) / 100,
  'a mean of cents': () => randomInteger(1e6) / 100 / (1 + randomInteger(1_000)),
  'a root': () => Math.sqrt(random()),
  'few bits': () => randomInteger(2 ** randomInteger(53)) / 2 ** randomInteger(72),
};

test.for(Object.keys(kinds))('numbers are written as Number::toString does: %s', (kind) => {
  for (let count = 0; count < VALUES / 8; count++) compare(kinds[kind]!());
});

test('so are those next to powers of ten and two, and short decimals', () => {
  for (let exponent = -324; exponent <= 308; exponent++) compareAround(Number(`1e${exponent}`), 20);
  for (let exponent = -1074; exponent <= 1023; exponent++) compareAround(2 ** exponent, 4);
  for (let digits = 1; digits < 1_000; digits++) {
    for (let places = 0; places <= 8; places++) compareAround(digits / 10 ** places, 3);
  }
  for (const value of [
    0.1 + 0.2,
    969.3299999999999,
    1041.37,
    0.3,
    5e-324,
    1.7976931348623157e308,
    9.5,
    0.5,
  ]) {
    compareAround(value, 50);
  }
});

test('so are those halfway between two candidates', () => {
  // With few bits behind the point the digits end early, on 5s: ties of the last digit that is written.
  for (let places = 1; places <= 12; places++) {
    for (let count = 0; count < 200; count++) {
      const whole = randomInteger(2 ** (52 - places));
      compare(whole + (randomInteger(2 ** places) + 0.5) / 2 ** places);
    }
  }
});

test('nearly all numbers are found, and none that it must not answer for', () => {
  expect(counts.found).toBeGreaterThan(VALUES / 2);
  counts.found = counts.left = 0;
  for (let count = 0; count < 10_000; count++) compare(kinds['a mean of cents']!());
  expect(counts.left).toBeLessThan(counts.found / 50);
  for (const value of [9e-7, 0.5, 0.25, 2 ** -19, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    decimal.value[0] = value;
    expect(decimal.find(), String(value)).toBe(false);
  }
});
