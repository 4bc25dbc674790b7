import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from './chunk.ts';
import { chunkOf, drain, loaded, type StoredBatch, storedBatch } from './record-cursor.test-kit.ts';

test('returns exactly the committed records of any log, from any offset, in any slices', () => {
  fc.assert(
    fc.property(
      logs,
      fc.nat(),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      ({ batches, committed }, from, slice, stopSeed) => {
        const end = batches.at(-1)!.baseOffset + 1;
        const fetchOffset = from % (end + 1);
        const stop = stopSeed % (end + 4);
        const kept = batches.filter((b) => (b.lastOffset ?? b.baseOffset) >= fetchOffset);
        const cursor = loaded(
          chunkOf(kept.map(storedBatch), { fetchOffset, aborted: abortedOf(batches, fetchOffset) }),
        );
        cursor.stopAt(stop);
        const seen: number[] = [];
        let position = fetchOffset;
        for (let rounds = 0; rounds < 200; rounds++) {
          cursor.beginSlice(slice);
          const got = drain(cursor);
          seen.push(...got);
          expect(cursor.position).toBeGreaterThanOrEqual(position);
          position = cursor.position;
          if (got.length === 0) break;
        }
        expect(seen).toEqual(committed.filter((offset) => offset >= fetchOffset && offset < stop));
        if (kept.length > 0) expect(position).toBe(Math.max(fetchOffset, Math.min(stop, end)));
      },
    ),
    { numRuns: 500 },
  );
});

/** Logs of three producers, plain or transactional, each transaction ended by a marker, some compacted; ground truth beside them. */
const logs = fc
  .array(
    fc.record({
      producer: fc.integer({ min: 0, max: 3 }), // 0: without transactions
      count: fc.integer({ min: 1, max: 3 }),
      end: fc.constantFrom('open', 'open', 'commit', 'abort'),
      codec: fc.constantFrom(undefined, undefined, undefined, 'gzip', 'snappy', 'lz4', 'zstd'),
      /** Bit i: compaction took out record i. */
      compacted: fc.constantFrom(0, 0, 1, 2, 5, 7),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    const batches: StoredBatch[] = [];
    const committed: number[] = [];
    const open = new Map<number, number[]>();
    let offset = 0;
    const end = (producerId: number, marker: 'commit' | 'abort') => {
      if (!open.has(producerId)) return;
      if (marker === 'commit') committed.push(...open.get(producerId)!);
      open.delete(producerId);
      batches.push({ baseOffset: offset++, producerId, marker });
    };
    for (const { producer, count, end: how, codec, compacted: mask } of steps) {
      const offsets = Array.from({ length: count }, (_, i) => offset + i);
      const values = offsets.map(String);
      const compacted = values.flatMap((_, i) => (mask & (1 << i) ? [i] : []));
      const kept = offsets.filter((_, i) => !compacted.includes(i));
      const lastOffset = offset + count - 1;
      batches.push({
        baseOffset: offset,
        lastOffset,
        values,
        compacted,
        ...(producer > 0 ? { producerId: producer } : {}),
        ...(codec ? { codec } : {}),
      });
      offset += count;
      if (producer === 0) committed.push(...kept);
      else open.set(producer, [...(open.get(producer) ?? []), ...kept]);
      if (how !== 'open') end(producer, how);
    }
    for (const producer of open.keys()) end(producer, producer % 2 ? 'abort' : 'commit');
    batches.push({ baseOffset: offset, values: ['last'] });
    committed.push(offset);
    return { batches, committed: committed.sort((a, b) => a - b) };
  });

/** What a broker sends with a fetch from `fetchOffset`: aborted transactions that end at or after it, in an order of its own. */
function abortedOf(batches: readonly StoredBatch[], fetchOffset: number): Chunk['aborted'] {
  const first = new Map<number, number>();
  const aborted: Chunk['aborted'] = [];
  for (const { baseOffset, producerId, marker } of batches) {
    if (producerId === undefined) continue;
    if (marker === undefined) {
      if (!first.has(producerId)) first.set(producerId, baseOffset);
    } else {
      if (marker === 'abort' && baseOffset >= fetchOffset) {
        aborted.push({ producerId: BigInt(producerId), firstOffset: first.get(producerId)! });
      }
      first.delete(producerId);
    }
  }
  return aborted.reverse();
}
