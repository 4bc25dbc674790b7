import type { Price, Prices } from './price.ts';
import { PriceHeap } from './price-heap.ts';
import type { Random } from './random.ts';

/** How much further behind the share LATE_RATIO lies: past any grace that a demo uses. */
const LATE_MS = 60_000;
/** Prices held back at once; beyond it the earliest goes early, which only makes the disorder smaller. */
const HELD_MAX = 1_000_000;

export interface Disturbance {
  /** 0: none. */
  outOfOrderMs: number;
  lateRatio: number;
  random: Random;
  /** Wall time that passes while event time moves by one ms: 1 when live, 1/speed in a replay, 0 at full speed. */
  wallPerEvent: number;
}

/**
 * Holds each price back by a random part of `outOfOrderMs` of event time, so that it comes behind others whose event time
 * is up to that much later; and sets a share of them 60 s back. What is held goes out when the event times that come in
 * have passed it, or at the end.
 */
export async function* disturb(prices: Prices, o: Disturbance): AsyncGenerator<Price[]> {
  const heap = new PriceHeap();
  let frontierMs = -Infinity;
  for await (const batch of prices) {
    if (o.outOfOrderMs === 0) {
      for (const price of batch) setBack(price, o);
      yield batch;
      continue;
    }
    const ready: Price[] = [];
    for (const price of batch) {
      const heldMs = o.random() * o.outOfOrderMs;
      frontierMs = Math.max(frontierMs, price.timeMs);
      price.dueMs += heldMs * o.wallPerEvent;
      heap.add(price, price.timeMs + heldMs);
      while (heap.firstMs < frontierMs || heap.size > HELD_MAX) ready.push(setBack(heap.takeFirst(), o));
    }
    if (ready.length > 0) yield ready;
  }
  const rest: Price[] = [];
  while (heap.size > 0) rest.push(setBack(heap.takeFirst(), o));
  if (rest.length > 0) yield rest;
}

/** Only now, so that a late record is not held until the frontier of its true place, and the order stays bounded. */
function setBack(price: Price, { lateRatio, random }: Disturbance): Price {
  if (lateRatio > 0 && random() < lateRatio) price.timeMs = Math.max(0, price.timeMs - LATE_MS);
  return price;
}
