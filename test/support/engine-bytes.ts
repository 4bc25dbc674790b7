import { BatchBuilder, type Chunk, crc32c } from '@meanwhile/kafka';
import type { LogRecord } from './checker-types.ts';

/** One record of an input partition as it lies in the log; its offset is its place in the array. */
export interface RawRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: { key: string; value: Uint8Array }[];
  /** Append time where the partition has LogAppendTime, else the producer's own. */
  timestampMs: number;
}

export interface RawPartition {
  partition: number;
  records: RawRecord[];
  isLogAppendTime: boolean;
}

export const INPUT_TOPIC = 'prices';
const builder = new BatchBuilder();

/**
 * The fetch answers for the offsets `[from, to)`, cut by chance: batches of one to a few dozen records (those of one
 * append time at most, as brokers have it), several to an answer, the first of them beginning below the offset asked for.
 */
export function* chunksOf(
  input: RawPartition,
  from: number,
  to: number,
  random: () => number,
): Generator<Chunk> {
  for (let at = from; at < to; ) {
    const batches: Uint8Array[] = [];
    let first = Math.max(0, at - Math.floor(random() * random() * 6));
    let end = at;
    for (let batch = 0; batch < 1 + Math.floor(random() * 4) && end < to; batch++) {
      end = batchEnd(input, first, to, 1 + Math.floor(random() ** 3 * 60));
      batches.push(sealBatch(input, first, end));
      first = end;
    }
    if (end <= at) continue; // nothing but what was asked before
    yield {
      topic: INPUT_TOPIC,
      partition: input.partition,
      bytes: Buffer.concat(batches),
      fetchOffset: at,
      aborted: [],
      highWatermark: to,
      lastStableOffset: to,
      sentAtMs: 0,
    };
    at = end;
  }
}

/** A batch has one append time. */
function batchEnd({ records, isLogAppendTime }: RawPartition, from: number, to: number, max: number): number {
  let end = from + 1;
  while (
    end < to &&
    end < from + max &&
    !(isLogAppendTime && records[end]!.timestampMs !== records[from]!.timestampMs)
  )
    end++;
  return end;
}

function sealBatch({ records, isLogAppendTime }: RawPartition, from: number, to: number): Uint8Array {
  builder.reset();
  for (let offset = from; offset < to; offset++) {
    const { key, value, headers, timestampMs } = records[offset]!;
    builder.append({
      key,
      keyStart: 0,
      keyEnd: key?.length ?? 0,
      value,
      valueStart: 0,
      valueEnd: value?.length ?? 0,
      headers,
      timestampMs,
    });
  }
  const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
  const bytes = Buffer.from(builder.seal(identity));
  bytes.writeBigInt64BE(BigInt(from)); // base offset: not covered by the checksum
  if (isLogAppendTime) asLogAppendTime(bytes, records[from]!.timestampMs);
  return bytes;
}

/** As a broker rewrites a batch in a topic with message.timestamp.type=LogAppendTime. */
function asLogAppendTime(bytes: Buffer, appendTimeMs: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21);
  bytes.writeBigInt64BE(BigInt(appendTimeMs), 35);
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
}

/** The same records as the checker takes them. */
export function asLog({ records, isLogAppendTime }: RawPartition): LogRecord[] {
  return records.map(({ key, value, headers, timestampMs }, offset) => {
    return { offset, timestampMs, isLogAppendTime, key, value, headers };
  });
}
