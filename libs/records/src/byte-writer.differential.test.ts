import { expect, test } from 'vitest';
import { seededRandom } from '../../../test/support/data-random.ts';
import { atScale, timeLimits } from '../../../test/support/engine-scale.ts';
import { ByteWriter } from './byte-writer.ts';

const RANDOM_NUMBERS = atScale(100_000, 1_000_000);
const out = new ByteWriter();
const decoder = new TextDecoder();

/** What is wrong with how a number is written; undefined when it is as Number::toString writes it. */
function faultOf(value: number): string | undefined {
  out.clear();
  out.number(value);
  const found = decoder.decode(out.bytes.subarray(0, out.length));
  return found === String(value) ? undefined : `${found}, wanted ${value}`;
}

/** The ends of every way of writing: each power of two and ten with its neighbours, subnormals, halves, long digits. */
function hostileNumbers(): number[] {
  const numbers: number[] = [0, 5e-324, 2.225073858507201e-308, 1.7976931348623157e308, 0.1 + 0.2, 1 / 3];
  const bits = new DataView(new ArrayBuffer(8));
  const around = (value: number) => {
    bits.setFloat64(0, value);
    const place = bits.getBigUint64(0);
    for (const by of [-2n, -1n, 0n, 1n, 2n]) {
      bits.setBigUint64(0, place + by);
      const near = bits.getFloat64(0);
      if (Number.isFinite(near)) numbers.push(near);
    }
  };
  for (let power = -1_060; power <= 1_023; power++) around(2 ** power);
  for (let power = -320; power <= 308; power++)
    for (const digit of [1, 5, 9.5]) around(Number(`${digit}e${power}`));
  for (let digits = 1; digits <= 16; digits++)
    for (const by of [-1, -0.5, 0, 0.5, 1]) numbers.push(10 ** digits + by, 9 * 10 ** (digits - 1) + by);
  return numbers.flatMap((value) => [value, -value]);
}

test(
  'numbers are written as Number::toString writes them, byte for byte',
  () => {
    const random = seededRandom(5);
    const bits = new DataView(new ArrayBuffer(8));
    const faults = hostileNumbers().map(faultOf);
    for (let i = 0; i < RANDOM_NUMBERS; i++) {
      bits.setUint32(0, random() * 2 ** 32);
      bits.setUint32(4, random() * 2 ** 32);
      const any = bits.getFloat64(0);
      const safe = (random() - 0.5) * 2 ** 54;
      // Prices, whole numbers of any length, and any bits of a double.
      const ways = [Math.floor(random() * 1e7) / 100, Math.trunc(safe / 2 ** Math.floor(random() * 54)), any];
      const value = ways[i % 3]!;
      faults.push(faultOf(Number.isFinite(value) ? value : 0));
    }
    expect(faults.filter((fault) => fault !== undefined).slice(0, 20)).toEqual([]);
    expect(faults.length).toBeGreaterThan(RANDOM_NUMBERS + 10_000);
  },
  timeLimits().testMs,
);
