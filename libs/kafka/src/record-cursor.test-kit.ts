import { gzipSync, zstdCompressSync } from 'node:zlib';
import { batchLayout } from './batch-layout.ts';
import type { Chunk } from './chunk.ts';
import { crc32c } from './crc32c.ts';
import { BatchBuilder } from './record-batch.ts';

/** A batch for tests as a broker would store it: its offsets, control flag, codec and timestamp type are the caller's. */
export interface StoredBatch {
  baseOffset: number;
  /** Text values; the key is null. Offsets from `baseOffset` upwards. */
  values?: string[];
  /** Compaction may leave a batch that goes on past its last record, or has none. */
  lastOffset?: number;
  producerId?: number;
  marker?: 'abort' | 'commit';
  codec?: 'gzip' | 'zstd' | 'snappy' | 'lz4';
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
  let attributes = bytes.readInt16BE(batchLayout.attributes);
  if (marker !== undefined) attributes |= 0x20;
  if (batch.appendTimeMs !== undefined) {
    attributes |= 0x08;
    bytes.writeBigInt64BE(BigInt(batch.appendTimeMs), batchLayout.maxTimestamp);
  }
  if (batch.codec !== undefined) {
    attributes |= codecs[batch.codec];
    const records = bytes.subarray(batchLayout.records);
    const packed = batch.codec === 'zstd' ? zstdCompressSync(records) : gzipSync(records);
    bytes = Buffer.concat([bytes.subarray(0, batchLayout.records), packed]);
  }
  const lastOffset = batch.lastOffset ?? batch.baseOffset + Math.max(values.length, 1) - 1;
  bytes.writeBigInt64BE(BigInt(batch.baseOffset), batchLayout.baseOffset);
  bytes.writeInt32BE(bytes.length - batchLayout.lengthOverhead, batchLayout.length);
  bytes.writeInt16BE(attributes, batchLayout.attributes);
  bytes.writeInt32BE(lastOffset - batch.baseOffset, batchLayout.lastOffsetDelta);
  bytes.writeInt32BE(values.length, batchLayout.recordCount);
  return withChecksum(bytes);
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

const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 };
