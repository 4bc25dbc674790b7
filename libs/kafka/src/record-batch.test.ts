import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedByKafkajs, encodedByKafkajs, type PlainRecord } from './kafkajs-batches.test-kit.ts';
import { BatchBuilder, type OutgoingRecord } from './record-batch.ts';
import { chunkOf } from './record-cursor.test-kit.ts';
import { RecordCursor } from './record-cursor.ts';

const timestamps = fc.oneof(
  fc.constant(-1), // none
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
);
const bytes = (maxLength: number) => fc.option(fc.uint8Array({ maxLength }), { nil: null });
const records: fc.Arbitrary<PlainRecord[]> = fc.array(
  fc.record({
    key: bytes(20),
    value: bytes(400),
    timestampMs: timestamps,
    headers: fc.uniqueArray(
      fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.uint8Array({ maxLength: 30 }) }),
      {
        maxLength: 3,
        selector: (header) => header.key,
      },
    ),
  }),
  { minLength: 1, maxLength: 80 },
);

const identity = { producerId: 4711n, producerEpoch: 3, baseSequence: 17, isTransactional: true };

describe('BatchBuilder', () => {
  test('writes the bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (list) => {
        // kafkajs keeps headers in an object, where names that look like array indices change places.
        const named = list.map((r) => ({
          ...r,
          headers: r.headers.map((h) => ({ ...h, key: `h${h.key}` })),
        }));
        const sealed = fill(new BatchBuilder(), named).seal(identity);
        expect(Buffer.from(sealed).equals(await encodedByKafkajs(named, identity))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('writes the bytes that kafkajs writes for a lone record above its size, and after it', async () => {
    const large = [{ key: null, value: new Uint8Array(300_000).fill(7), timestampMs: 5, headers: [] }];
    const small = [{ key: Buffer.from('k'), value: null, timestampMs: 6, headers: [] }];
    const builder = new BatchBuilder(1000);
    for (const list of [large, small]) {
      builder.reset();
      const sealed = fill(builder, list).seal(identity);
      expect(Buffer.from(sealed).equals(await encodedByKafkajs(list, identity))).toBe(true);
    }
  });

  test('writes what kafkajs and the record cursor read back', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (list) => {
        const sealed = fill(new BatchBuilder(), list).seal(identity);
        const decoded = await decodedByKafkajs(sealed);
        expect(decoded.map((r) => [r.offset, r.timestamp, r.key, r.value])).toEqual(
          list.map((r, i) => [
            String(i),
            String(r.timestampMs),
            r.key && Buffer.from(r.key),
            r.value && Buffer.from(r.value),
          ]),
        );
        const cursor = new RecordCursor();
        cursor.load(chunkOf([sealed]));
        for (const [i, r] of list.entries()) {
          expect(cursor.next()).toBe(true);
          expect([cursor.offset, cursor.timestampMs, cursor.headerCount]).toEqual([
            i,
            r.timestampMs,
            r.headers.length,
          ]);
          expect(part(cursor.bytes, cursor.keyStart, cursor.keyEnd)).toEqual(r.key);
          expect(part(cursor.bytes, cursor.valueStart, cursor.valueEnd)).toEqual(r.value);
        }
        expect(cursor.next()).toBe(false);
        expect(cursor.position).toBe(list.length);
      }),
      { numRuns: 200 },
    );
  });

  test('puts raw headers, copied from a read record, before its own', async () => {
    const source = fill(new BatchBuilder(), [
      { key: null, value: null, timestampMs: 5, headers: [{ key: 'trace', value: Buffer.from('é') }] },
    ]).seal(identity);
    const cursor = new RecordCursor();
    cursor.load(chunkOf([source]));
    cursor.next();
    const builder = new BatchBuilder();
    const rawHeaders = {
      count: cursor.headerCount,
      bytes: cursor.bytes,
      start: cursor.headersStart,
      end: cursor.headersEnd,
    };
    builder.append({
      ...recordOf({ key: Buffer.from('k'), value: null, timestampMs: 5 }),
      rawHeaders,
      headers: [{ key: 'reason', value: Buffer.from('no_value') }],
    });
    const decoded = await decodedByKafkajs(builder.seal(identity));
    expect(decoded[0]!.headers).toEqual({ trace: Buffer.from('é'), reason: Buffer.from('no_value') });
  });

  test('refuses what does not fit, unless it is alone', () => {
    const builder = new BatchBuilder(200);
    const big = recordOf({ key: null, value: new Uint8Array(500).fill(7), timestampMs: 1 });
    const small = recordOf({ key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 1 });
    expect(builder.append(small)).toBe(true);
    const sizeBytes = builder.sizeBytes;
    expect(builder.append(big)).toBe(false);
    expect([builder.count, builder.sizeBytes]).toEqual([1, sizeBytes]);
    builder.reset();
    expect(builder.append(big)).toBe(true);
    expect(builder.append(small)).toBe(false);
    expect(builder.seal(identity).length).toBe(builder.sizeBytes);
    builder.reset();
    while (builder.append(small));
    expect(builder.sizeBytes).toBeLessThanOrEqual(200);
    expect(builder.sizeBytes).toBeGreaterThan(180);
  });

  test('seals again with the same bytes, and with another identity', () => {
    const builder = fill(new BatchBuilder(), [
      { key: null, value: Buffer.from('v'), timestampMs: 1, headers: [] },
    ]);
    const first = Buffer.from(builder.seal(identity));
    const other = Buffer.from(builder.seal({ ...identity, baseSequence: 18 }));
    expect(Buffer.from(builder.seal(identity)).equals(first)).toBe(true);
    expect(other.equals(first)).toBe(false);
  });

  test('refuses to seal an empty batch', () => {
    expect(() => new BatchBuilder().seal(identity)).toThrow('0 records, wanted at least 1');
  });
});

function fill(builder: BatchBuilder, list: readonly PlainRecord[]): BatchBuilder {
  for (const record of list) {
    if (!builder.append({ ...recordOf(record), headers: record.headers }))
      throw new Error('the record did not fit');
  }
  return builder;
}

function recordOf(record: Pick<PlainRecord, 'key' | 'value' | 'timestampMs'>): OutgoingRecord {
  const { key, value, timestampMs } = record;
  return {
    key,
    keyStart: 0,
    keyEnd: key?.length ?? 0,
    value,
    valueStart: 0,
    valueEnd: value?.length ?? 0,
    timestampMs,
  };
}

function part(all: Uint8Array, start: number, end: number): Uint8Array | null {
  return start < 0 ? null : all.slice(start, end);
}
