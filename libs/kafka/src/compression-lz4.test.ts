import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, lz4Block, lz4Frame } from './compression.test-kit.ts';
import { unpackLz4 } from './compression-lz4.ts';

const limit = 1 << 20;

describe('unpackLz4', () => {
  test('unpacks frames of no, one and several blocks, packed and stored, with and without what may be between', () => {
    const text = Buffer.from('price '.repeat(30_000));
    const mixed = [
      lz4Block(text.subarray(0, 65_536)),
      { bytes: text.subarray(65_536, 131_072), isStored: true },
    ];
    for (const hasExtras of [false, true]) {
      expect(unpackLz4(lz4Frame([], { hasExtras }), limit)).toEqual(new Uint8Array(0));
      expect(text.equals(unpackLz4(lz4Frame(cut(text, 65_536).map(lz4Block), { hasExtras }), limit))).toBe(
        true,
      );
      expect(text.subarray(0, 131_072).equals(unpackLz4(lz4Frame(mixed, { hasExtras }), limit))).toBe(true);
    }
  });

  test("unpacks linked blocks, as lz4's own tool writes them", () => {
    const squares = Array.from({ length: 40 }, (_, i) => i * i * 7919).join('');
    expect(squares.repeat(800)).toBe(Buffer.from(unpackLz4(linkedByTool, limit)).toString());
  });

  test('gives a linked block its window, at any distance', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 65_536 }));
    fc.assert(
      fc.property(sizes, fc.nat(), fc.integer({ min: 4, max: 800 }), (size, seed, length) => {
        const distance = Math.min(size, 65_535) - (seed % Math.min(size, 65_535));
        const before = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31) % 251));
        const frame = lz4Frame([{ bytes: before, isStored: true }, { bytes: sequence(distance, length) }], {
          isLinked: true,
        });
        const expected = Buffer.concat([before, Buffer.alloc(length), Buffer.from([1, 2, 3, 4, 5])]);
        for (let i = 0; i < length; i++) expected[size + i] = expected[size + i - distance]!;
        expect(expected.equals(unpackLz4(frame, limit))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('refuses matches that reach back to nothing', () => {
    const stored = { bytes: Buffer.from('0123456789'), isStored: true };
    expect(() => unpackLz4(lz4Frame([stored, { bytes: sequence(3, 4) }]), limit)).toThrow(
      'a match 3 bytes back',
    );
    const linked = (distance: number) =>
      lz4Frame([stored, { bytes: sequence(distance, 4) }], { isLinked: true });
    expect(unpackLz4(linked(10), limit)).toHaveLength(19);
    expect(() => unpackLz4(linked(11), limit)).toThrow('a match 11 bytes back');
    expect(() => unpackLz4(linked(0), limit)).toThrow('a match 0 bytes back');
  });

  test('refuses more than the limit by what the blocks would unpack to, without unpacking them', () => {
    const frame = lz4Frame(cut(Buffer.alloc(limit), 65_536).map(lz4Block));
    expect(unpackLz4(frame, limit)).toHaveLength(limit);
    expect(() => unpackLz4(frame, limit - 1)).toThrow('it unpacks to 1048576 bytes');
    const bomb = { bytes: sequence(1, 65_000), isStored: false };
    const stored = { bytes: Buffer.alloc(1), isStored: true };
    const bombs = lz4Frame([stored, ...Array.from({ length: 3000 }, () => bomb)], { isLinked: true });
    expect(bombs.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => unpackLz4(bombs, 64 << 20)).toThrow('it unpacks to 195015001 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });

  test('refuses a block of more than the frame announced', () => {
    const block = { bytes: sequence(1, 65_536), isStored: false };
    const one = { bytes: Buffer.alloc(1), isStored: true };
    expect(() => unpackLz4(lz4Frame([one, block], { isLinked: true }), limit)).toThrow(
      'a block of 65541 bytes among 65536',
    );
  });

  test('refuses every cut of a frame, and what is none', () => {
    const frame = lz4Frame(cut(Buffer.from('0123456789'.repeat(8000)), 65_536).map(lz4Block));
    for (let end = 0; end < frame.length; end++) {
      expect(() => unpackLz4(frame.subarray(0, end), limit)).toThrow(/damaged|no LZ4 frame/);
    }
    const header = (at: number, byte: number) => {
      const bytes = Buffer.from(frame);
      bytes[at] = byte;
      return () => unpackLz4(bytes, limit);
    };
    expect(header(0, 0)).toThrow('no LZ4 frame');
    expect(header(4, 0x20)).toThrow('frame of version 0, wanted 1');
    expect(header(4, 0x61)).toThrow('needs a dictionary');
    expect(header(5, 0x30)).toThrow('no such block size');
  });

  test('ends with any bytes changed: the same size of result or an error', () => {
    const frame = Buffer.from(linkedByTool);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: frame.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const bytes = Buffer.from(frame);
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            expect(unpackLz4(bytes, limit).length).toBeLessThanOrEqual(limit);
          } catch (error) {
            expect(String(error)).toMatch(/damaged|no LZ4 frame|version|dictionary|unpacks to/);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A block of one match without literals before it, then five literals, with which each block ends. */
function sequence(distance: number, length: number): Uint8Array {
  const more = length - 4 - 15;
  const lengthBytes =
    more < 0 ? [] : [...Array.from({ length: Math.floor(more / 255) }, () => 255), more % 255];
  const token = more < 0 ? length - 4 : 15;
  return Buffer.from([token, distance & 255, distance >> 8, ...lengthBytes, 0x50, 1, 2, 3, 4, 5]);
}

/** `lz4 -9 -BD -B4 -BX --content-size` (1.9.4) of the decimals of i² × 7919, i below 40, 800 times. Long matches are runs of ff. */
const linkedByTool = Buffer.concat([
  Buffer.from(
    '04224d185c40e0350300000000003d0c020000f0243037393139333136373637313237313132363730343139373937353238' +
      '353038343338383033313530363831363634313433393200f230303039353831393931313430333336313333383331313135' +
      '3532313234313738313737353230323732363432323838353931323536353735363238353837357200f13230303334393232' +
      '3739333833323739363431383931353134353631333434343934393337353533353332343435373732393531363230383439' +
      '3636363539383739b300f0053030373631303135393831303930353638363233a300f10b3135343336343937303037373531' +
      '3032363330323431303834310100ef34333530333631323034343739390701',
    'hex',
  ),
  Buffer.alloc(255, 0xff),
  Buffer.from('e050363634313480fbb46c0a0100000f0701', 'hex'),
  Buffer.alloc(256, 0xff),
  Buffer.from('e8503237323634240bd22f0a0100000f0701', 'hex'),
  Buffer.alloc(256, 0xff),
  Buffer.from('e85038393135315f786ae83f0000000f0701', 'hex'),
  Buffer.alloc(53, 0xff),
  Buffer.from('fd503434373939cc012eac000000004d77a9f6', 'hex'),
]);
