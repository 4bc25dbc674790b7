import { SWAP_DISTANCE } from './engine-case.ts';

const START_MS = 1_700_000_000_000;
/** Records are made once and used again, shifted in time: making them is not what is measured. */
export const COLUMN_RECORDS = 2 ** 20;

export interface RecordColumns {
  keys: Int32Array;
  timesMs: Float64Array;
  values: Float64Array;
  /** How far the records of one pass go in time. */
  spanMs: number;
}

/** Prices around 100, in order but for the swaps. */
export function recordColumns(keyCount: number, recordsPerMs: number, swapEvery: number): RecordColumns {
  const keys = new Int32Array(COLUMN_RECORDS);
  const timesMs = new Float64Array(COLUMN_RECORDS);
  const values = new Float64Array(COLUMN_RECORDS);
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed >>> 8; // the low bits of such a generator repeat soon
  };
  for (let i = 0; i < COLUMN_RECORDS; i++) {
    keys[i] = random() % keyCount;
    timesMs[i] = START_MS + Math.floor(i / recordsPerMs);
    values[i] = 90 + (random() % 2_000) / 100;
  }
  if (swapEvery > 0) {
    for (let block = 0; block < COLUMN_RECORDS; block += 2 * SWAP_DISTANCE) {
      for (let i = block; i < block + SWAP_DISTANCE; i += swapEvery) swap(i, i + SWAP_DISTANCE);
    }
  }
  return { keys, timesMs, values, spanMs: COLUMN_RECORDS / recordsPerMs };

  function swap(a: number, b: number): void {
    [timesMs[a], timesMs[b]] = [timesMs[b]!, timesMs[a]!];
    [keys[a], keys[b]] = [keys[b]!, keys[a]!];
  }
}
