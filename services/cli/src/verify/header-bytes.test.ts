import { BatchBuilder, RecordCursor } from '@meanwhile/kafka';
import { expect, test } from 'vitest';
import { decodeHeaders, encodeHeaders } from './header-bytes.ts';

const added = [
  { key: 'reason', value: Buffer.from('not_json') },
  { key: 'größe', value: Buffer.from('x'.repeat(300)) },
  { key: '', value: new Uint8Array() },
];

test('headers are encoded as a batch has them, behind those that a record has', () => {
  const own = encodeHeaders(outgoing({ headers: [{ key: 'trace', value: Buffer.from('t-1') }] }));
  const rawHeaders = { count: 1, bytes: own, start: 0, end: own.length };
  const record = outgoing({ rawHeaders, headers: added });
  const cursor = written(record);
  expect(cursor.headerCount).toBe(4);
  expect(encodeHeaders(record)).toEqual(
    Buffer.from(cursor.bytes.subarray(cursor.headersStart, cursor.headersEnd)),
  );
  expect(decodeHeaders(encodeHeaders(record))).toEqual([
    ['trace', 't-1'],
    ['reason', 'not_json'],
    ['größe', 'x'.repeat(300)],
    ['', ''],
  ]);
});

test('a null value is told from an empty one', () => {
  expect(decodeHeaders(Uint8Array.of(2, 0x61, 1))).toEqual([['a', undefined]]);
});

function outgoing(more: object) {
  const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 };
  return { key: null, value: null, ...bounds, timestampMs: 0, ...more };
}

function written(record: ReturnType<typeof outgoing>): RecordCursor {
  const builder = new BatchBuilder();
  builder.append(record);
  const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
  const cursor = new RecordCursor();
  cursor.load({
    topic: 't',
    partition: 0,
    bytes: builder.seal(identity),
    fetchOffset: 0,
    aborted: [],
    highWatermark: 1,
    lastStableOffset: 1,
    sentAtMs: 0,
  });
  cursor.next();
  return cursor;
}
