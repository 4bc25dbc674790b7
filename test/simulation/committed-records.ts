import { RecordCursor } from '@meanwhile/kafka';
import type { SimPartition } from '@meanwhile/kafka/testing';

/** All records that count, deleted ones included, by the broker's own knowledge of what was aborted: no client's filter decides. */
export function* committedRecords(log: SimPartition): Generator<RecordCursor> {
  const cursor = new RecordCursor();
  for (const { baseOffset, bytes } of log.committedBatches()) {
    const { topic, partition } = log;
    const chunk = { topic, partition, bytes, fetchOffset: baseOffset, aborted: [], sentAtMs: 0 };
    cursor.load({ ...chunk, highWatermark: log.highWatermark, lastStableOffset: log.lastStable });
    while (cursor.next()) yield cursor;
  }
}

export function committedValues(log: SimPartition): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (const cursor of committedRecords(log))
    values.push(cursor.bytes.slice(cursor.valueStart, cursor.valueEnd));
  return values;
}

/** A journal's value that is a part of a snapshot. */
export function isChunk(value: Uint8Array): boolean {
  return decoder.decode(value.subarray(0, 4)) === 'MWS1';
}

export function chunkHeader(value: Uint8Array): { chunk: number; chunks: number; offset: number } {
  const length = new DataView(value.buffer, value.byteOffset).getUint32(4);
  return JSON.parse(decoder.decode(value.subarray(8, 8 + length)));
}

const decoder = new TextDecoder();
