import { murmur2 } from './murmur2.ts';

/**
 * The partition on which Java's default partitioner puts a key (franz-go the same; librdkafka with
 * `partitioner=murmur2_random`), so that a key's records stay together whoever writes them.
 * The sign bit is masked, not negated: that is what Java does.
 */
export function partitionFor(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
