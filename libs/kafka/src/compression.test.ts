import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CodecName, codecs, pack } from './compression.test-kit.ts';
import { unpack, unpackedBytesMax } from './compression.ts';
import { StopError } from './errors.ts';

const place = { topic: 'prices', partition: 3, offset: 17 };
const names = Object.keys(codecs) as CodecName[];

test.each(names)('unpacks %s of any size, packable or not, into plain byte arrays', (name) => {
  const sizes = fc.oneof(fc.constantFrom(0, 1, 32_768, 65_536, 65_537), fc.nat({ max: 300_000 }));
  fc.assert(
    fc.property(sizes, fc.constantFrom(1, 20, 256), fc.nat(), (size, letters, seed) => {
      const bytes = randomBytes(size, letters, seed);
      const unpacked = unpack(codecs[name], pack(name, bytes), place);
      expect(Buffer.compare(unpacked, bytes)).toBe(0);
      expect(unpacked.constructor).toBe(Uint8Array);
    }),
    { numRuns: 40 },
  );
});

test.each(names)('names the place of %s that was cut, or is something else', (name) => {
  const packed = pack(name, randomBytes(5000, 20, 1));
  for (const bad of [
    packed.subarray(0, -9),
    packed.subarray(0, 5),
    new Uint8Array(0),
    new Uint8Array(99).fill(7),
  ]) {
    expect(() => unpack(codecs[name], bad, place)).toThrow(
      `cannot unpack the batch of prices-3 at offset 17, ${name}: `,
    );
    expect(() => unpack(codecs[name], bad, place)).toThrow(StopError);
  }
});

test('names place and number of a codec it does not know', () => {
  expect(() => unpack(7, Buffer.alloc(1), place)).toThrow(
    'cannot read the batch of prices-3 at offset 17: compressed with codec 7, wanted none, gzip, snappy, lz4, zstd',
  );
  expect(() => unpack(7, Buffer.alloc(1), place)).toThrow(StopError);
});

test.each(names)('stops before a crafted %s batch takes the memory', (name) => {
  const bytes = Buffer.alloc(unpackedBytesMax + 1);
  const bomb =
    name === 'gzip' ? gzipSync(bytes) : name === 'zstd' ? zstdCompressSync(bytes) : pack(name, bytes);
  expect(bomb.length).toBeLessThan(4_000_000);
  expect(() => unpack(codecs[name], bomb, place)).toThrow(`wanted at most ${unpackedBytesMax} bytes`);
});

/** From so many different bytes: 1 packs to nearly nothing, 256 not at all. */
function randomBytes(size: number, letters: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed | 1;
  for (let i = 0; i < size; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
    bytes[i] = (state >>> 8) % letters;
  }
  return bytes;
}
