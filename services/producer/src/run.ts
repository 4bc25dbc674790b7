import type { Price, Prices } from './price.ts';

/**
 * Publishes prices to their end, or until `signal` aborts; waits when the publisher asks for it.
 * @returns true when the source is at its end, false when it was cut short.
 */
export async function run(o: {
  prices: Prices;
  publish: (price: Price) => Promise<void> | undefined;
  onBatch: (batch: readonly Price[]) => void;
  signal: AbortSignal;
}): Promise<boolean> {
  const aborted = new Promise<void>((resolve) => {
    if (o.signal.aborted) resolve();
    o.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for await (const batch of o.prices) {
    if (o.signal.aborted) return false;
    for (const price of batch) {
      const room = o.publish(price);
      // A broker that is away gives no room: a stop must not wait for it.
      if (room !== undefined) await Promise.race([room, aborted]);
    }
    o.onBatch(batch);
  }
  return !o.signal.aborted;
}
