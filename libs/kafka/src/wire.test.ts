import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reader, Writer } from './wire.ts';

/** Every primitive: how it is written and how it is read back. */
const primitives = {
  int8: [fc.integer({ min: -128, max: 127 }), (w, v) => w.int8(v as number), (r) => r.int8()],
  int16: [fc.integer({ min: -32768, max: 32767 }), (w, v) => w.int16(v as number), (r) => r.int16()],
  int32: [
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    (w, v) => w.int32(v as number),
    (r) => r.int32(),
  ],
  int64: [fc.maxSafeInteger(), (w, v) => w.int64(v as number), (r) => r.int64()],
  bigint64: [
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    (w, v) => w.int64(v as bigint),
    (r) => r.bigint64(),
  ],
  boolean: [fc.boolean(), (w, v) => w.boolean(v as boolean), (r) => r.boolean()],
  unsignedVarint: [
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    (w, v) => w.unsignedVarint(v as number),
    (r) => r.unsignedVarint(),
  ],
  string: [fc.string({ unit: 'grapheme' }), (w, v) => w.string(v as string), (r) => r.string()],
  nullableString: [
    fc.option(fc.string()),
    (w, v) => w.nullableString(v as string | null),
    (r) => r.nullableString(),
  ],
  compactString: [
    fc.option(fc.string({ maxLength: 300 })),
    (w, v) => w.compactString(v as string | null),
    (r) => r.compactNullableString(),
  ],
  compactBytes: [
    fc.uint8Array({ maxLength: 300 }),
    (w, v) => w.compactBytes(v as Uint8Array),
    (r) => new Uint8Array(r.compactBytes()),
  ],
} satisfies Record<
  string,
  [fc.Arbitrary<unknown>, (w: Writer, v: unknown) => Writer, (r: Reader) => unknown]
>;

const value = fc.oneof(
  ...Object.keys(primitives).map((name) =>
    primitives[name as keyof typeof primitives][0].map((v: unknown) => ({
      name: name as keyof typeof primitives,
      value: v,
    })),
  ),
);

describe('Writer and Reader', () => {
  test('what is written is read back, wherever the buffer has to grow', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 40 }),
        fc.integer({ min: 1, max: 64 }),
        (values, initialSize) => {
          const writer = new Writer(initialSize);
          for (const v of values) primitives[v.name][1](writer, v.value);
          const reader = new Reader(writer.written);
          for (const v of values) expect(primitives[v.name][2](reader)).toEqual(v.value);
          expect(reader.remaining).toBe(0);
        },
      ),
    );
  });

  test('varints have the bytes of the protocol', () => {
    const bytes = (n: number) => [...new Writer().unsignedVarint(n).written];
    expect(bytes(0)).toEqual([0]);
    expect(bytes(127)).toEqual([0x7f]);
    expect(bytes(128)).toEqual([0x80, 0x01]);
    expect(bytes(2 ** 32 - 1)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  test('a topic id is 16 bytes and 22 characters', () => {
    const writer = new Writer().uuid('pEigNDBCSmq-aPlKih_qsw').int8(7);
    expect(writer.written.length).toBe(17);
    const reader = new Reader(writer.written);
    expect(reader.uuid()).toBe('pEigNDBCSmq-aPlKih_qsw');
    expect(reader.int8()).toBe(7);
  });

  test('null arrays read as empty, known tags are handed over and unknown ones skipped', () => {
    expect(new Reader(Uint8Array.of(0)).compactArray((r) => r.int8())).toEqual([]);
    expect(new Reader(new Writer().int32(-1).written).array((r) => r.int8())).toEqual([]);
    const tagged = new Writer().unsignedVarint(2).unsignedVarint(0).unsignedVarint(1).int8(9);
    tagged.unsignedVarint(5).unsignedVarint(2).int16(77).int8(42);
    const reader = new Reader(tagged.written);
    const seen: number[] = [];
    reader.tags((tag, field) => seen.push(tag, tag === 5 ? field.int16() : -1));
    expect(seen).toEqual([0, -1, 5, 77]);
    expect(reader.int8()).toBe(42);
  });

  test('a long byte field is a piece of its own, in its place, and not a copy', () => {
    const long = new Uint8Array(10_000).fill(7);
    const writer = new Writer(4)
      .int32(1)
      .compactBytes(long)
      .compactBytes(Uint8Array.of(5))
      .compactBytes(long)
      .int8(9);
    expect(writer.pieces.filter((piece) => piece === long)).toHaveLength(2);
    const reader = new Reader(Buffer.concat(writer.pieces));
    expect(reader.int32()).toBe(1);
    expect(new Uint8Array(reader.compactBytes())).toEqual(long);
    expect(new Uint8Array(reader.compactBytes())).toEqual(Uint8Array.of(5));
    expect(new Uint8Array(reader.compactBytes())).toEqual(long);
    expect(reader.int8()).toBe(9);
    expect(writer.written).toEqual(Buffer.concat(writer.pieces));
  });

  test('a cut answer is an error, not a short value', () => {
    const whole = new Writer().compactString('meanwhile').int32(1).written;
    for (let size = 0; size < whole.length; size++) {
      const reader = new Reader(whole.subarray(0, size));
      expect(() => [reader.compactString(), reader.int32()]).toThrow(RangeError);
    }
    expect(() => new Reader(Uint8Array.of(255, 255, 255, 255, 255, 1)).unsignedVarint()).toThrow(/varint/);
  });
});
