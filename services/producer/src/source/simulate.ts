import type { Price } from '../price.ts';
import type { Random } from '../random.ts';

/** Prices per batch: small enough that a slow rate makes no long lists ahead, large enough that a fast one does not feel them. */
export const BATCH = 256;

export interface LiveOptions {
  symbols: readonly string[];
  /** Records per second in all. */
  rate: number;
  startMs: number;
  random: Random;
}

/** Without end: each symbol once per symbols/rate seconds, a price drawn uniformly from 90.00 to 110.00. */
export function* simulate({ symbols, rate, startMs, random }: LiveOptions): Generator<Price[]> {
  for (let index = 0; ; ) {
    const batch: Price[] = [];
    for (; batch.length < BATCH; index++) {
      const timeMs = Math.floor(startMs + (index * 1_000) / rate); // from the start, so that nothing adds up
      const price = String((9_000 + Math.floor(random() * 2_001)) / 100);
      batch.push({ symbol: symbols[index % symbols.length]!, price, timeMs, dueMs: timeMs });
    }
    yield batch;
  }
}
