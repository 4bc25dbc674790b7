import { type Chunk, type Cluster, listOffset, readRange, startReader } from '@meanwhile/kafka';
import { readPartition } from './checker-read.ts';
import type { LogRecord } from './checker-types.ts';
import { silent } from './pipeline.ts';

/** Where fields of a stored batch stand (magic 2); `lengthOverhead` is what `length` does not count. */
export const batchFields = {
  length: 8,
  lengthOverhead: 12,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  recordCount: 57,
  records: 61,
};

/** The committed records of partition 0, and as what they came from the broker. */
export async function readLog(
  cluster: Cluster,
  topic: string,
): Promise<{ records: LogRecord[]; batches: Buffer[] }> {
  const reader = startReader(cluster, { logger: silent });
  try {
    const toOffset = await listOffset(cluster, topic, 0, 'stable');
    const chunks: Chunk[] = [];
    for await (const chunk of readRange(reader, { topic, partition: 0, fromOffset: 0, toOffset }))
      chunks.push(chunk);
    const records = await readPartition(cluster, reader, { topic, partition: 0, toOffset });
    return { records, batches: chunks.flatMap(({ bytes }) => batchesOf(Buffer.from(bytes))) };
  } finally {
    await reader.close();
  }
}

/** Whole batches only. */
export function batchesOf(bytes: Buffer): Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; at + batchFields.records <= bytes.length; ) {
    const end = at + batchFields.lengthOverhead + bytes.readInt32BE(at + batchFields.length);
    if (end <= bytes.length) batches.push(bytes.subarray(at, end));
    at = end;
  }
  return batches;
}
