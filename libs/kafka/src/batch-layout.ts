/** Where the fields of a batch of magic 2 stand (Kafka's DefaultRecordBatch.java). */
export const batchLayout = {
  baseOffset: 0,
  length: 8,
  /** What `length` does not count: itself and the base offset. */
  lengthOverhead: 12,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

// Bits of the attributes.
export const codecMask = 0x07;
export const logAppendTimeFlag = 0x08;
export const transactionalFlag = 0x10;
export const controlFlag = 0x20;

/**
 * Where a reader that consumed all of `bytes` goes on: past the last whole batch, records or not, by the headers alone.
 *
 * @returns `fetchOffset` if there is no whole batch
 */
export function offsetAfter(bytes: Uint8Array, fetchOffset: number): number {
  let next = fetchOffset;
  for (let at = 0, end = batchEnd(bytes, at); end >= 0; at = end, end = batchEnd(bytes, at)) {
    const last = int64(bytes, at + batchLayout.baseOffset) + int32(bytes, at + batchLayout.lastOffsetDelta);
    if (last >= next) next = last + 1;
  }
  return next;
}

/** @returns the end of the batch at `at`, or -1 if it is not all there */
export function batchEnd(bytes: Uint8Array, at: number): number {
  if (at + batchLayout.records > bytes.length) return -1;
  const end = at + batchLayout.lengthOverhead + int32(bytes, at + batchLayout.length);
  return end > bytes.length || end < at + batchLayout.records ? -1 : end;
}

export function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** A 64-bit number as a double: offsets and times stay below 2^53. */
export function int64(bytes: Uint8Array, at: number): number {
  return int32(bytes, at) * 2 ** 32 + (int32(bytes, at + 4) >>> 0);
}
