import { describe, expect, test } from 'vitest';
import { batchLayout } from './batch-layout.ts';
import { KafkaError, StopError } from './errors.ts';
import { chunkOf, loaded, storedBatch, withChecksum } from './record-cursor.test-kit.ts';

describe('RecordCursor', () => {
  test('stops at a codec it does not know, at damage inside a right checksum, at another format; again and again', () => {
    const unknownCodec = Buffer.from(storedBatch({ baseOffset: 4, values: ['a'] }));
    unknownCodec[batchLayout.attributes + 1] = 5;
    const notPacked = Buffer.from(storedBatch({ baseOffset: 4, values: ['a'], codec: 'gzip' }));
    notPacked[batchLayout.records] = 0;
    const badLength = Buffer.from(storedBatch({ baseOffset: 4, values: ['a'] }));
    badLength[batchLayout.records] = 0x7e;
    const bomb = storedBatch({ baseOffset: 4, values: ['0'.repeat(65 * 1024 * 1024)], codec: 'zstd' });
    const old = Buffer.from(storedBatch({ baseOffset: 4, values: ['a'] }));
    old[batchLayout.magic] = 1;
    const cases: [Uint8Array, RegExp][] = [
      [withChecksum(unknownCodec), /prices-3 at offset 4: compressed with codec 5/],
      [withChecksum(notPacked), /cannot unpack the batch of prices-3 at offset 4, gzip/],
      [withChecksum(badLength), /cannot decode the batch of prices-3 at offset 4: a record of 63 bytes/],
      [bomb, /cannot unpack the batch of prices-3 at offset 4, zstd.*wanted at most 67108864 bytes/],
      [old, /message format 1, wanted 2/],
    ];
    for (const [bytes, text] of cases) {
      const cursor = loaded(
        chunkOf([bytes, storedBatch({ baseOffset: 5, values: ['b'] })], { fetchOffset: 4 }),
      );
      for (let time = 0; time < 2; time++) {
        expect(() => cursor.next()).toThrow(text);
        expect(() => cursor.next()).toThrow(StopError);
        expect(cursor.position).toBe(4);
      }
    }
  });

  test('refuses a record whose offset does not follow the one before it or is not in its batch', () => {
    const batch = storedBatch({ baseOffset: 4, values: ['a', 'b'], lastOffset: 6 });
    const second = batchLayout.records + (batch.length - batchLayout.records) / 2;
    const offsetDelta = second + 3; // after length, attributes and the time's delta, a byte each
    expect(batch[offsetDelta]).toBe(1 << 1); // zig-zag
    for (const [delta, found] of [
      [-1, 'offset 3, wanted 5 to 6'],
      [0, 'offset 4, wanted 5 to 6'],
      [2, undefined],
      [3, 'offset 7, wanted 5 to 6'],
    ] as const) {
      const bytes = Buffer.from(batch);
      bytes[offsetDelta] = delta < 0 ? -delta * 2 - 1 : delta * 2;
      const cursor = loaded(chunkOf([withChecksum(bytes)]));
      expect([cursor.next(), cursor.offset]).toEqual([true, 4]);
      if (found === undefined) expect([cursor.next(), cursor.offset]).toEqual([true, 6]);
      else expect(() => cursor.next()).toThrow(`the batch of prices-3 at offset 4: ${found}`);
    }
  });

  test('refuses a batch with any bit flipped behind its checksum, to be read again', () => {
    const whole = Buffer.from(storedBatch({ baseOffset: 4, values: ['abc'], producerId: 1 }));
    for (let bit = batchLayout.crc * 8; bit < whole.length * 8; bit++) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const cursor = loaded(chunkOf([storedBatch({ baseOffset: 3, values: ['ok'] }), bytes]));
      expect(cursor.next()).toBe(true);
      const error = thrownBy(() => cursor.next());
      expect(error).toBeInstanceOf(KafkaError);
      expect(error).toMatchObject({
        kind: 'reopen',
        topic: 'prices',
        partition: 3,
        offset: 4,
        codeName: 'CORRUPT_MESSAGE',
      });
    }
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
