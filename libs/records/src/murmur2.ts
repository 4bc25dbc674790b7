/**
 * Kafka's own 32-bit murmur2 (seed 0x9747b28c), as a signed integer.
 * Source: org.apache.kafka.common.utils.Utils.murmur2.
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    const word =
      bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    let mixed = Math.imul(word, MULTIPLIER);
    mixed = Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ mixed;
  }
  const rest = length - index;
  if (rest > 2) hash ^= bytes[index + 2]! << 16;
  if (rest > 1) hash ^= bytes[index + 1]! << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[index]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

const MULTIPLIER = 0x5bd1e995;
