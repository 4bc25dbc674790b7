import { BatchBuilder, type Chunk, crc32c } from '@meanwhile/kafka';
import { keysOf, type PriceStream, priceBytes } from '../price-records.ts';

/** What a fetch asks for per partition. */
const CHUNK_BYTES = 1024 * 1024;
/** What a producer sends that lingers a few ms. */
const BATCH_RECORDS = 200;
/** Where the fields stand in a batch, and the bit for append times (Kafka's DefaultRecordBatch). */
const AT = { crc: 17, attributes: 21, maxTimestamp: 35 } as const;
const LOG_APPEND_TIME = 0x08;

/** Records as a broker hands them out: whole batches with append times, which follow event time. */
export function priceChunks(stream: PriceStream, fromIndex: number, records: number): Chunk[] {
  const keys = keysOf(stream.keys);
  const batch = new BatchBuilder();
  const chunks: Chunk[] = [];
  let batches: Buffer[] = [];
  let sizeBytes = 0;
  for (let index = fromIndex; index < fromIndex + records; ) {
    const baseOffset = index;
    batch.reset();
    for (; batch.count < BATCH_RECORDS && index < fromIndex + records; index++) {
      const key = keys[index % keys.length]!;
      const value = priceBytes(stream, index);
      const bounds = { keyStart: 0, keyEnd: key.length, valueStart: 0, valueEnd: value.length };
      batch.append({ key, value, ...bounds, timestampMs: stream.startMs });
    }
    const appendTimeMs = stream.startMs + Math.floor(index / stream.recordsPerMs);
    batches.push(appended(batch, baseOffset, appendTimeMs));
    sizeBytes += batches.at(-1)!.length;
    if (sizeBytes < CHUNK_BYTES && index < fromIndex + records) continue;
    chunks.push(chunkOf(Buffer.concat(batches), index));
    batches = [];
    sizeBytes = 0;
  }
  return chunks;
}

function appended(batch: BatchBuilder, baseOffset: number, appendTimeMs: number): Buffer {
  const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
  const bytes = Buffer.from(batch.seal(identity));
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  bytes.writeInt16BE(bytes.readInt16BE(AT.attributes) | LOG_APPEND_TIME, AT.attributes);
  bytes.writeBigInt64BE(BigInt(appendTimeMs), AT.maxTimestamp);
  bytes.writeUInt32BE(crc32c(bytes, AT.attributes, bytes.length), AT.crc);
  return bytes;
}

function chunkOf(bytes: Buffer, endOffset: number): Chunk {
  return {
    topic: 'prices',
    partition: 0,
    bytes: new Uint8Array(bytes),
    fetchOffset: 0,
    aborted: [],
    highWatermark: endOffset,
    lastStableOffset: endOffset,
    sentAtMs: 0,
  };
}
