import { keysOf, priceBytes } from '../price-records.ts';

export const BASE_TIMESTAMP_MS = 1_700_000_000_000;

export interface EncodedRecord {
  key: Buffer;
  value: Buffer;
  timestampMs: number;
}

/** The records of one batch, encoded to bytes beforehand: both sides only put them into a batch. */
export function encodeRecords(count: number): EncodedRecord[] {
  const stream = { keys: 500, startMs: BASE_TIMESTAMP_MS, recordsPerMs: 1 };
  const keys = keysOf(stream.keys);
  return Array.from({ length: count }, (_, index) => ({
    key: keys[index % keys.length]!,
    value: priceBytes(stream, index),
    timestampMs: BASE_TIMESTAMP_MS + index,
  }));
}
