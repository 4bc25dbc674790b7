import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FramePool } from './frame-pool.ts';
import { FrameReader } from './frame-reader.ts';

test('frames come out whole and in order, however their bytes arrive', () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(65_532, 65_533, 150_000)),
    {
      maxLength: 5,
    },
  );
  const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 100_000 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(sizes, cuts, (frameSizes, readSizes) => {
      const frames = frameSizes.map(frameOf);
      const read = readAll(Buffer.concat(frames), [...readSizes, 50_000]);
      expect(read.map((frame, index) => frame.equals(frames[index]!))).toEqual(frames.map(() => true));
    }),
    { numRuns: 100 },
  );
});

test('a frame is its own: later bytes leave it as it is', () => {
  const [first, second] = readAll(Buffer.concat([frameOf(5, 0), frameOf(5, 1)]), [9, 9]);
  expect([...first!]).toEqual([...frameOf(5, 0)]);
  expect([...second!]).toEqual([...frameOf(5, 1)]);
});

test('what cannot be a size is an error', () => {
  const reader = new FrameReader(() => {}, new FramePool());
  reader.target.write('HTTP');
  expect(() => reader.advance(4)).toThrow('size of an answer: 1213486160 bytes, wanted 0 to 1073741824');
});

/** Its bytes tell where in it they stand, and which frame it is. */
function frameOf(sizeBytes: number, index: number): Buffer {
  const frame = Buffer.alloc(4 + sizeBytes);
  frame.writeInt32BE(sizeBytes);
  for (let at = 4; at < frame.length; at++) frame[at] = at * 7 + index;
  return frame;
}

/** Hands over `bytes` in reads of at most the given sizes, by turns. */
function readAll(bytes: Buffer, readSizes: readonly number[]): Buffer[] {
  const frames: Buffer[] = [];
  const reader = new FrameReader((frame) => frames.push(frame), new FramePool());
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const target = reader.target;
    if (target.length === 0) throw new Error('room to read to: 0 bytes, wanted some');
    const count = bytes.copy(target, 0, at, at + readSizes[turn % readSizes.length]!);
    reader.advance(count);
    at += count;
  }
  return frames;
}
