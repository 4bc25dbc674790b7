import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unpack, unpackedBytesMax } from './compression.ts';
import { StopError } from './errors.ts';

const place = { topic: 'prices', partition: 3, offset: 17 };

test('unpacks gzip and zstd into plain byte arrays', () => {
  const bytes = Buffer.from('records '.repeat(1000));
  for (const [codec, packed] of [
    [1, gzipSync(bytes)],
    [4, zstdCompressSync(bytes)],
  ] as const) {
    const unpacked = unpack(codec, packed, place);
    expect(Buffer.compare(unpacked, bytes)).toBe(0);
    expect(unpacked.constructor).toBe(Uint8Array);
  }
});

test('names place and codec of what it cannot unpack', () => {
  expect(() => unpack(2, Buffer.alloc(1), place)).toThrow(
    'batch of prices-3 at offset 17: compressed with snappy',
  );
  expect(() => unpack(7, Buffer.alloc(1), place)).toThrow(
    'compressed with codec 7, wanted none, gzip or zstd',
  );
  expect(() => unpack(1, Buffer.alloc(9), place)).toThrow(StopError);
});

test('stops before a crafted batch takes the memory', () => {
  const bomb = gzipSync(Buffer.alloc(unpackedBytesMax + 1));
  expect(bomb.length).toBeLessThan(100_000);
  expect(() => unpack(1, bomb, place)).toThrow(`wanted at most ${unpackedBytesMax} bytes`);
});
