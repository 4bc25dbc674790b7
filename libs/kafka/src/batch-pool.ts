import { BatchBuilder } from './record-batch.ts';

/** Below the broker's `max.message.bytes` of 1 MiB. */
const BATCH_BYTES_MAX = 900_000;
/** Smaller batches cost more per record than they save memory. */
const BATCH_BYTES_MIN = 64 * 1024;

/** Batches are 900 KB of memory each: reused, and smaller when there are many partitions. */
export function batchPool(partitions: number, memoryBytes: number) {
  const sizeBytes = Math.min(BATCH_BYTES_MAX, Math.max(BATCH_BYTES_MIN, memoryBytes / (2 * partitions)));
  const spareMax = Math.ceil(memoryBytes / 2 / sizeBytes);
  const spare: BatchBuilder[] = [];
  return {
    take: () => spare.pop() ?? new BatchBuilder(sizeBytes),
    give(batch: BatchBuilder) {
      batch.reset();
      if (spare.length < spareMax) spare.push(batch);
    },
  };
}
