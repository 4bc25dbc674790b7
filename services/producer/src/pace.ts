import { setTimeout as sleep } from 'node:timers/promises';
import type { Price, Prices } from './price.ts';

/** Waking up more often costs more than it gains: nobody sees a price that is 5 ms late. */
const NAP_MIN_MS = 5;
/** So that a clock that is set is noticed. */
const NAP_MAX_MS = 1_000;

export interface Clock {
  now(): number;
  /** Resolves after that long, or when the run is to end. */
  sleep(durationMs: number): Promise<void>;
}

export function wallClock(signal: AbortSignal): Clock {
  return {
    now: Date.now,
    sleep: (durationMs) => sleep(durationMs, undefined, { signal }).catch(() => {}),
  };
}

/**
 * Gives each price when it is due. Open loop: what is due is given however long the last batch took, so delays are caught
 * up and do not add up.
 */
export async function* pace(prices: Prices, clock: Clock, signal: AbortSignal): AsyncGenerator<Price[]> {
  for await (const batch of prices) {
    let given = 0;
    while (given < batch.length) {
      if (signal.aborted) return;
      const nowMs = clock.now();
      let end = given;
      while (end < batch.length && batch[end]!.dueMs <= nowMs) end++;
      if (end > given) {
        yield given === 0 && end === batch.length ? batch : batch.slice(given, end);
        given = end;
      } else {
        const napMs = batch[given]!.dueMs - nowMs;
        await clock.sleep(Math.min(NAP_MAX_MS, Math.max(NAP_MIN_MS, napMs)));
      }
    }
  }
}
