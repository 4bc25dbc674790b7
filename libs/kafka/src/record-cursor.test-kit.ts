import { batchLayout } from './batch-layout.ts';
import type { Chunk } from './chunk.ts';
import { type CodecName, codecs, pack } from './compression.test-kit.ts';
import { crc32c } from './crc32c.ts';
import { BatchBuilder } from './record-batch.ts';
import { RecordCursor } from './record-cursor.ts';
import { varintEnd } from './varint.ts';

/** A batch for tests as a broker would store it: its offsets, control flag, codec and timestamp type are the caller's. */
export interface StoredBatch {
  baseOffset: number;
  /** Text values; the key is null. Offsets from `baseOffset` upwards. */
  values?: string[];
  /** Compaction may leave a batch that goes on past its last record, or has none. */
  lastOffset?: number;
  /** Places in `values` of records that compaction took out: the others keep their offsets. */
  compacted?: readonly number[];
  producerId?: number;
  marker?: 'abort' | 'commit';
  codec?: CodecName;
  timestampMs?: number;
  appendTimeMs?: number;
}

export function storedBatch(batch: StoredBatch): Uint8Array {
  const builder = new BatchBuilder();
  const timestampMs = batch.timestampMs ?? 1;
  const marker = batch.marker;
  const values = marker === undefined ? (batch.values ?? []).map((v) => Buffer.from(v)) : [Buffer.alloc(6)];
  const key = marker === undefined ? null : Buffer.from([0, 0, 0, marker === 'abort' ? 0 : 1]);
  for (const value of values.length === 0 ? [Buffer.alloc(0)] : values) {
    builder.append({
      key,
      keyStart: 0,
      keyEnd: 4,
      value,
      valueStart: 0,
      valueEnd: value.length,
      timestampMs,
    });
  }
  const isTransactional = batch.producerId !== undefined;
  const identity = {
    producerId: BigInt(batch.producerId ?? -1),
    producerEpoch: 0,
    baseSequence: 0,
    isTransactional,
  };
  let bytes = Buffer.from(builder.seal(identity));
  if (values.length === 0) bytes = bytes.subarray(0, batchLayout.records);
  const compacted = new Set(batch.compacted);
  if (compacted.size > 0) bytes = withoutRecords(bytes, compacted);
  let attributes = bytes.readInt16BE(batchLayout.attributes);
  if (marker !== undefined) attributes |= 0x20;
  if (batch.appendTimeMs !== undefined) {
    attributes |= 0x08;
    bytes.writeBigInt64BE(BigInt(batch.appendTimeMs), batchLayout.maxTimestamp);
  }
  if (batch.codec !== undefined) {
    attributes |= codecs[batch.codec];
    const records = bytes.subarray(batchLayout.records);
    bytes = Buffer.concat([bytes.subarray(0, batchLayout.records), pack(batch.codec, records)]);
  }
  const lastOffset = batch.lastOffset ?? batch.baseOffset + Math.max(values.length, 1) - 1;
  bytes.writeBigInt64BE(BigInt(batch.baseOffset), batchLayout.baseOffset);
  bytes.writeInt32BE(bytes.length - batchLayout.lengthOverhead, batchLayout.length);
  bytes.writeInt16BE(attributes, batchLayout.attributes);
  bytes.writeInt32BE(lastOffset - batch.baseOffset, batchLayout.lastOffsetDelta);
  bytes.writeInt32BE(values.length - compacted.size, batchLayout.recordCount);
  return withChecksum(bytes);
}

/** As the log cleaner does: the records that stay are copied as they are, offset deltas included. */
function withoutRecords(bytes: Buffer, compacted: ReadonlySet<number>): Buffer<ArrayBuffer> {
  const kept = [bytes.subarray(0, batchLayout.records)];
  let at: number = batchLayout.records;
  for (let i = 0; at < bytes.length; i++) {
    const body = varintEnd(bytes, at);
    let length = 0;
    for (let place = body - 1; place >= at; place--) length = length * 128 + (bytes[place]! & 0x7f);
    const end = body + length / 2; // zig-zag
    if (!compacted.has(i)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

export function withChecksum(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, batchLayout.attributes), batchLayout.crc);
  return bytes;
}

export function chunkOf(batches: readonly Uint8Array[], fields: Partial<Chunk> = {}): Chunk {
  return {
    topic: 'prices',
    partition: 3,
    bytes: Buffer.concat(batches),
    fetchOffset: 0,
    aborted: [],
    highWatermark: -1,
    lastStableOffset: -1,
    sentAtMs: 0,
    ...fields,
  };
}

export function loaded(chunk: Chunk): RecordCursor {
  const cursor = new RecordCursor();
  cursor.load(chunk);
  return cursor;
}

/** The offsets of what is left in slice, chunk and stop. */
export function drain(cursor: RecordCursor): number[] {
  const offsets: number[] = [];
  while (cursor.next()) offsets.push(cursor.offset);
  return offsets;
}

/** The value's. */
export function textOf(cursor: RecordCursor): string {
  return Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)).toString();
}
