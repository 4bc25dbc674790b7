import { expect, test } from 'vitest';
import { FramePool } from './frame-pool.ts';

const MIB = 1024 * 1024;

test('a frame is used again when all that was lent of it is back, and not before', () => {
  const pool = new FramePool();
  const frame = pool.take(MIB);
  expect(frame).toHaveLength(MIB);
  const [first, second] = [pool.lend(frame.subarray(0, 9)), pool.lend(frame.subarray(9))];
  first!();
  first!(); // counts once
  expect(pool.take(MIB).buffer).not.toBe(frame.buffer);
  second!();
  const again = pool.take(MIB - 5);
  expect(again.buffer).toBe(frame.buffer);
  expect(again).toHaveLength(MIB - 5);
  expect(pool.take(MIB).buffer).not.toBe(frame.buffer);

  const third = pool.lend(again);
  second!(); // of its life before
  expect(pool.take(MIB).buffer).not.toBe(frame.buffer);
  third!();
  expect(pool.take(MIB).buffer).toBe(frame.buffer);
});

test('bytes of elsewhere and of short frames are not lent', () => {
  const pool = new FramePool();
  expect(pool.lend(new Uint8Array(MIB))).toBeUndefined();
  const short = pool.take(1_000);
  expect(short).toHaveLength(1_000);
  expect(pool.lend(short)).toBeUndefined();
});

test('a size gets a frame of its own class, and what waits is bounded: the oldest goes', () => {
  const pool = new FramePool();
  const frames = Array.from({ length: 12 }, () => pool.take(4 * MIB));
  expect(new Set(frames.map(({ buffer }) => buffer)).size).toBe(12);
  for (const frame of frames) pool.lend(frame)!();
  expect(pool.take(MIB).buffer.byteLength).toBe(MIB);
  const again = Array.from({ length: 12 }, () => pool.take(4 * MIB - 1).buffer);
  const known = frames.map(({ buffer }) => buffer);
  expect(again.map((buffer) => known.indexOf(buffer))).toEqual([11, 10, 9, 8, 7, 6, 5, 4, -1, -1, -1, -1]);
});
