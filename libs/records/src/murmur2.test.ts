import { expect, test } from 'vitest';
import { murmur2 } from './murmur2.ts';
import { partitionFor } from './partition-for.ts';

const encoder = new TextEncoder();

// From Kafka's own UtilsTest.
const VECTORS: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test('hashes are those of the Java client', () => {
  for (const [text, hash] of VECTORS) expect(murmur2(encoder.encode(text)), text).toBe(hash);
});

test('a negative hash loses its sign bit, as in Java', () => {
  expect(partitionFor(encoder.encode('abc'), 12)).toBe(479470107 % 12);
  expect(partitionFor(encoder.encode('21'), 12)).toBe((-973932308 + 2 ** 31) % 12);
  for (const [text] of VECTORS) expect(partitionFor(encoder.encode(text), 1)).toBe(0);
});
