import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts';

/** The plain version: zig-zag on BigInt. */
function plainVarint(value: number): number[] {
  const wide = BigInt(value);
  let zigzag = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  const bytes: number[] = [];
  for (; zigzag > 127n; zigzag >>= 7n) bytes.push(Number(zigzag & 127n) | 128);
  bytes.push(Number(zigzag));
  return bytes;
}

const edges = [0, 6, 7, 13, 14, 20, 21, 27, 28, 31, 32, 34, 35, 41, 48, 52, 53].flatMap((power) =>
  [-1, 0, 1].flatMap((step) => [2 ** power + step, -(2 ** power) + step]),
);

test('a safe integer is written as its zig-zag varint, in the size foretold', () => {
  const buffer = new Uint8Array(12);
  const check = (value: number) => {
    const end = writeVarlong(buffer, 1, value);
    expect([...buffer.subarray(1, end)]).toEqual(plainVarint(value));
    expect(sizeOfVarlong(value)).toBe(end - 1);
  };
  edges.filter(Number.isSafeInteger).forEach(check);
  fc.assert(fc.property(fc.maxSafeInteger(), check));
});

test('so is a 32-bit integer', () => {
  const buffer = new Uint8Array(12);
  const check = (value: number) => {
    const end = writeVarint(buffer, 0, value);
    expect([...buffer.subarray(0, end)]).toEqual(plainVarint(value));
    expect(sizeOfVarint(value)).toBe(end);
  };
  edges.filter((value) => value === (value | 0)).forEach(check);
  fc.assert(fc.property(fc.integer(), check));
});
