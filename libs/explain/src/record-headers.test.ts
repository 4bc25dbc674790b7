import { BatchBuilder, RecordCursor } from '@meanwhile/kafka';
import { expect, test } from 'vitest';
import { readHeaders } from './record-headers.ts';

test('headers as a batch holds them: long, empty, of any characters, in order', () => {
  const headers = [
    { key: 'reason', value: Buffer.from('no_value') },
    { key: '', value: Buffer.from('') },
    { key: 'détail', value: Buffer.from('x'.repeat(300)) },
    { key: 'reason', value: Buffer.from([0xff]) },
  ];
  const batch = new BatchBuilder();
  const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 };
  batch.append({ key: null, value: null, ...bounds, timestampMs: 1, headers });
  const bytes = batch.seal({ producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false });
  const cursor = new RecordCursor();
  const chunk = {
    topic: 't',
    partition: 0,
    fetchOffset: 0,
    aborted: [],
    highWatermark: 1,
    lastStableOffset: 1,
    sentAtMs: 0,
  };
  cursor.load({ ...chunk, bytes });
  expect(cursor.next()).toBe(true);
  const encoded = cursor.bytes.subarray(cursor.headersStart, cursor.headersEnd);
  const read = readHeaders(encoded, cursor.headerCount);
  expect(read.map(({ key, value }) => ({ key, value: Buffer.from(value) }))).toEqual(headers);
});

test('a null value is read as empty, and damaged lengths end the reading', () => {
  expect(readHeaders(Uint8Array.of(2, 0x61, 1), 1)).toEqual([{ key: 'a', value: new Uint8Array(0) }]);
  expect(readHeaders(Uint8Array.of(0xff, 0xff), 1)).toEqual([{ key: '', value: new Uint8Array(0) }]);
});
