import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { describe, expect, test } from 'vitest';
import { xerial } from './compression.test-kit.ts';
import { unpackSnappy } from './compression-snappy.ts';

const limit = 1 << 20;
const text = Buffer.from('price '.repeat(20_000));

describe('unpackSnappy', () => {
  test('unpacks the frame of snappy-java, of no, one and several blocks, and a raw block', () => {
    const blocks = [text.subarray(0, 7), text.subarray(7, 40_000), text.subarray(40_000)];
    expect(text.equals(unpackSnappy(xerial(blocks.map((block) => snappyCompress(block))), limit))).toBe(true);
    expect(text.equals(unpackSnappy(xerial([snappyCompress(text)]), limit))).toBe(true);
    expect(text.equals(unpackSnappy(snappyCompress(text), limit))).toBe(true);
    expect(unpackSnappy(xerial([]), limit)).toEqual(new Uint8Array(0));
    expect(unpackSnappy(snappyCompress(new Uint8Array(0)), limit)).toEqual(new Uint8Array(0));
  });

  test('reads the four kinds of element', () => {
    // From the format's description: literals, copies with an offset of 1, 2 and 4 bytes.
    const block = Buffer.from([20, 0x0c, 97, 98, 99, 100, 0x01, 4, 0x0e, 8, 0, 0x1f, 4, 0, 0, 0]);
    expect(Buffer.from(unpackSnappy(block, limit)).toString()).toBe('abcd'.repeat(5));
  });

  test('refuses more than the limit by what the blocks say, without taking memory for it', () => {
    expect(unpackSnappy(snappyCompress(text), text.length)).toHaveLength(text.length);
    expect(() => unpackSnappy(snappyCompress(text), text.length - 1)).toThrow('it unpacks to 120000 bytes');
    const claims4GiB = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    const claims16MiB = Buffer.from([0x80, 0x80, 0x80, 0x08, 0]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => unpackSnappy(claims4GiB, 64 << 20)).toThrow('it unpacks to 4294967295 bytes');
    expect(() => unpackSnappy(xerial([claims4GiB]), 64 << 20)).toThrow('it unpacks to 4294967295 bytes');
    expect(() => unpackSnappy(xerial(Array.from({ length: 5 }, () => claims16MiB)), 64 << 20)).toThrow(
      'it unpacks to 83886080 bytes',
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  });

  test('refuses every cut of a frame but those between blocks, and unpacks what is whole afterwards', () => {
    const blocks = [snappyCompress(text.subarray(0, 700)), snappyCompress(text.subarray(700, 900))];
    const frame = xerial(blocks);
    const whole = [16, 16 + 4 + blocks[0]!.length];
    for (let end = 0; end < frame.length; end++) {
      const unpackCut = () => unpackSnappy(frame.subarray(0, end), limit);
      if (whole.includes(end)) expect(unpackCut()).toHaveLength(end === 16 ? 0 : 700);
      else expect(unpackCut).toThrow();
      expect(unpackSnappy(frame, limit)).toHaveLength(900);
    }
  });

  test('ends with any bytes changed, within the limit or with an error', () => {
    const packed = snappyCompress(Buffer.from(Array.from({ length: 200 }, (_, i) => i * i).join('')));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: packed.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const bytes = Buffer.from(packed);
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            expect(unpackSnappy(bytes, limit).length).toBeLessThanOrEqual(limit);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: 2000 },
    );
    // A literal whose length has the highest bit: an implementation that takes it for negative goes in circles.
    expect(() => unpackSnappy(Buffer.from([5, 0xfc, 0xfa, 0xff, 0xff, 0xff, 1, 2]), limit)).toThrow();
  });
});
