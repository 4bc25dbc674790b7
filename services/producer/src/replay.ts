import type { Price, Prices } from './price.ts';

export interface ReplayOptions {
  startMs: number;
  /** Event time per wall time; Infinity: everything at once. */
  speed: number;
  /** Event times are shifted and scaled to the wall clock: start + (t − first t) / speed. */
  isRestamped: boolean;
  isLooped: boolean;
}

/**
 * Says when each price of a file is due, and gives it its event time. The prices of `openPass` are changed in place.
 * A loop goes on without end; each pass lies by the file's span + 1 ms later than the one before.
 */
export async function* replay(openPass: () => Prices, o: ReplayOptions): AsyncGenerator<Price[]> {
  let firstMs: number | undefined;
  let shiftMs = 0;
  do {
    let earliestMs = Infinity;
    let latestMs = -Infinity;
    for await (const batch of openPass()) {
      for (const price of batch) {
        earliestMs = Math.min(earliestMs, price.timeMs);
        latestMs = Math.max(latestMs, price.timeMs);
        const timeMs = price.timeMs + shiftMs;
        firstMs ??= timeMs;
        const wallMs = o.startMs + (timeMs - firstMs) / o.speed;
        price.dueMs = o.speed === Infinity ? 0 : wallMs;
        price.timeMs = o.isRestamped ? Math.floor(wallMs) : timeMs;
      }
      yield batch;
    }
    if (latestMs < earliestMs) return; // not one price: the next pass would be as empty, and the next
    shiftMs += latestMs - earliestMs + 1;
  } while (o.isLooped);
}
