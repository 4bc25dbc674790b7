import { describe, expect, test } from 'vitest';
import { offsetAfter } from './batch-layout.ts';
import { BatchBuilder } from './record-batch.ts';
import { chunkOf, drain, loaded, storedBatch, textOf } from './record-cursor.test-kit.ts';
import { RecordCursor } from './record-cursor.ts';

describe('RecordCursor', () => {
  test('reads offsets, times and values of batches above 2^32', () => {
    const cursor = loaded(
      chunkOf(
        [
          storedBatch({ baseOffset: 2 ** 33, values: ['a', 'b'], timestampMs: 1_700_000_000_123 }),
          storedBatch({ baseOffset: 2 ** 33 + 5, values: ['c'], timestampMs: 4, appendTimeMs: 99 }),
          storedBatch({ baseOffset: 2 ** 33 + 6, values: ['d'], timestampMs: -1 }),
        ],
        { fetchOffset: 2 ** 33 },
      ),
    );
    const seen = [];
    while (cursor.next())
      seen.push([cursor.offset - 2 ** 33, cursor.timestampMs, cursor.isLogAppendTime, textOf(cursor)]);
    expect(seen).toEqual([
      [0, 1_700_000_000_123, false, 'a'],
      [1, 1_700_000_000_123, false, 'b'],
      [5, 99, true, 'c'],
      [6, -1, false, 'd'],
    ]);
    expect([cursor.position - 2 ** 33, cursor.isExhausted]).toEqual([7, true]);
  });

  test('drops what is below the fetch offset, and a cut batch at the end', () => {
    const whole = storedBatch({ baseOffset: 10, values: ['a', 'b', 'c'] });
    const later = storedBatch({ baseOffset: 13, values: ['d'] });
    for (let cut = 0; cut < later.length; cut++) {
      const cursor = loaded(chunkOf([whole, later.subarray(0, cut)], { fetchOffset: 11 }));
      expect(drain(cursor)).toEqual([11, 12]);
      expect([cursor.position, cursor.isExhausted]).toEqual([13, true]);
    }
  });

  test('passes markers, aborted, emptied and tail-compacted batches', () => {
    const batches = [
      storedBatch({ baseOffset: 0, values: ['a', 'b'], lastOffset: 4 }),
      storedBatch({ baseOffset: 5, values: [], lastOffset: 7 }),
      storedBatch({ baseOffset: 8, values: ['x'], producerId: 1 }),
      storedBatch({ baseOffset: 9, values: ['y'], producerId: 2 }),
      storedBatch({ baseOffset: 10, marker: 'abort', producerId: 1 }),
      storedBatch({ baseOffset: 11, marker: 'commit', producerId: 2 }),
      storedBatch({ baseOffset: 12, values: ['z'], producerId: 1 }),
      storedBatch({ baseOffset: 13, marker: 'commit', producerId: 1 }),
    ];
    const cursor = loaded(chunkOf(batches, { aborted: [{ producerId: 1n, firstOffset: 8 }] }));
    const positions: number[] = [];
    while (cursor.next()) positions.push(cursor.offset, cursor.position);
    expect(positions).toEqual([0, 1, 1, 5, 9, 10, 12, 13]);
    expect(cursor.position).toBe(14);
    const whole = Buffer.concat(batches);
    expect(offsetAfter(whole, 3)).toBe(14);
    expect(offsetAfter(whole.subarray(0, -1), 3)).toBe(13);
    expect(offsetAfter(new Uint8Array(0), 3)).toBe(3);
  });

  test('does not trust the order of the aborted transactions', () => {
    const batches = [
      storedBatch({ baseOffset: 0, values: ['X0'], producerId: 7 }),
      storedBatch({ baseOffset: 1, values: ['Y0'], producerId: 8 }),
      storedBatch({ baseOffset: 2, marker: 'abort', producerId: 8 }),
      storedBatch({ baseOffset: 3, marker: 'abort', producerId: 7 }),
      storedBatch({ baseOffset: 4, values: ['X1'], producerId: 7 }),
    ];
    const aborted = [
      { producerId: 8n, firstOffset: 1 },
      { producerId: 7n, firstOffset: 0 },
    ];
    const cursor = loaded(chunkOf(batches, { aborted }));
    expect(drain(cursor)).toEqual([4]);
    expect(aborted[0]!.producerId).toBe(8n);
  });

  test('goes on after a slice, over a chunk end, and after a raised stop', () => {
    const cursor = new RecordCursor();
    cursor.load(chunkOf([storedBatch({ baseOffset: 0, values: ['a', 'b', 'c'] })]));
    cursor.beginSlice(2);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[0, 1], 2, false]);
    cursor.beginSlice(0);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[], 2, false]);
    cursor.beginSlice(3);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[2], 3, true]);
    cursor.load(
      chunkOf(
        [
          storedBatch({ baseOffset: 3, values: ['d', 'e', 'f', 'g'] }),
          storedBatch({ baseOffset: 20, values: ['h'] }),
        ],
        {
          fetchOffset: 3,
        },
      ),
    );
    expect([drain(cursor), cursor.position]).toEqual([[3, 4], 5]); // two of the slice were left
    cursor.beginSlice(Number.POSITIVE_INFINITY);
    cursor.stopAt(6);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[5], 6, false]);
    cursor.stopAt(15);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[6], 15, false]);
    cursor.stopAt(Number.POSITIVE_INFINITY);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[20], 21, true]);
  });

  test('knows at the end of a slice that only markers follow', () => {
    const cursor = loaded(
      chunkOf([
        storedBatch({ baseOffset: 0, values: ['a'], producerId: 1 }),
        storedBatch({ baseOffset: 1, marker: 'commit', producerId: 1 }),
      ]),
    );
    cursor.beginSlice(1);
    expect([drain(cursor), cursor.position, cursor.isExhausted]).toEqual([[0], 2, true]);
  });

  test('never reports a position beyond the stop, aborted batch across it or not', () => {
    const cursor = loaded(
      chunkOf([storedBatch({ baseOffset: 0, values: ['a', 'b', 'c', 'd'], producerId: 1 })], {
        aborted: [{ producerId: 1n, firstOffset: 0 }],
      }),
    );
    cursor.stopAt(2);
    expect([drain(cursor), cursor.position]).toEqual([[], 2]);
    cursor.stopAt(9);
    expect([drain(cursor), cursor.position]).toEqual([[], 4]);
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'unpacks %s, from within a batch too, and goes on with what is not packed',
    (codec) => {
      const batches = [
        storedBatch({ baseOffset: 4, values: ['a', 'bb'.repeat(90_000), 'c'], codec }),
        storedBatch({ baseOffset: 7, values: ['d'] }),
        storedBatch({ baseOffset: 8, values: ['e'], codec }),
      ];
      const cursor = loaded(chunkOf(batches, { fetchOffset: 5 }));
      const seen = [];
      while (cursor.next()) seen.push([cursor.offset, textOf(cursor).length, textOf(cursor)[0]]);
      expect(seen).toEqual([
        [5, 180_000, 'b'],
        [6, 1, 'c'],
        [7, 1, 'd'],
        [8, 1, 'e'],
      ]);
      expect([cursor.position, cursor.isExhausted]).toEqual([9, true]);
    },
  );

  test('passes the gaps that compaction leaves within batches and between them', () => {
    const batches = [
      storedBatch({ baseOffset: 0, values: ['a', 'b', 'c', 'd'], compacted: [0, 2] }),
      storedBatch({ baseOffset: 4, values: ['e', 'f'], compacted: [0, 1], lastOffset: 6 }),
      storedBatch({ baseOffset: 7, marker: 'commit', producerId: 1, compacted: [0] }),
      storedBatch({ baseOffset: 30, values: ['g', 'h', 'i'], compacted: [2], codec: 'lz4' }),
    ];
    const from = (fetchOffset: number) => {
      const cursor = loaded(chunkOf(batches, { fetchOffset }));
      return [drain(cursor), cursor.position];
    };
    expect(from(0)).toEqual([[1, 3, 30, 31], 33]);
    expect(from(2)).toEqual([[3, 30, 31], 33]);
    expect(from(20)).toEqual([[30, 31], 33]);
    expect(from(32)).toEqual([[], 33]);
    const cursor = loaded(chunkOf(batches));
    cursor.beginSlice(2);
    expect([drain(cursor), cursor.position]).toEqual([[1, 3], 8]);
    cursor.stopAt(31);
    cursor.beginSlice(9);
    expect([drain(cursor), cursor.position]).toEqual([[30], 31]);
  });

  test('describes null and empty keys, values and headers apart', () => {
    const builder = new BatchBuilder();
    const empty = new Uint8Array(0);
    const headers = [{ key: '', value: empty }];
    const field = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0, timestampMs: 1 };
    builder.append({ ...field, key: null, value: null });
    builder.append({ ...field, key: empty, value: empty, headers });
    const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
    const cursor = loaded(chunkOf([builder.seal(identity)]));
    cursor.next();
    const { keyStart, keyEnd, valueStart, valueEnd } = cursor;
    expect([keyStart, keyEnd, valueStart, valueEnd, cursor.headerCount]).toEqual([-1, -1, -1, -1, 0]);
    expect(cursor.headersEnd - cursor.headersStart).toBe(0);
    cursor.next();
    expect(cursor.keyStart).toBeGreaterThan(0);
    expect(cursor.valueStart).toBeGreaterThan(0);
    expect([cursor.keyEnd - cursor.keyStart, cursor.valueEnd - cursor.valueStart]).toEqual([0, 0]);
    // The header's two lengths, without their count.
    expect([cursor.headerCount, cursor.headersEnd - cursor.headersStart]).toEqual([1, 2]);
  });
});
