import type { Price } from './price.ts';

interface Held {
  price: Price;
  orderMs: number;
  sequence: number;
}

/** Prices by the time they are held until; equal times leave in the order in which they came. */
export class PriceHeap {
  readonly #held: Held[] = [];
  #sequence = 0;

  get size(): number {
    return this.#held.length;
  }

  /** Infinity when empty. */
  get firstMs(): number {
    return this.#held[0]?.orderMs ?? Infinity;
  }

  add(price: Price, orderMs: number): void {
    const held = this.#held;
    const added = { price, orderMs, sequence: this.#sequence++ };
    let at = held.length;
    held.push(added);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(added, held[parent]!)) break;
      held[at] = held[parent]!;
      at = parent;
    }
    held[at] = added;
  }

  /** @throws when empty. */
  takeFirst(): Price {
    const held = this.#held;
    const first = held[0];
    const last = held.pop();
    if (first === undefined || last === undefined)
      throw new Error('nothing is held: wanted at least one price');
    if (held.length === 0) return first.price;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= held.length) break;
      if (child + 1 < held.length && isBefore(held[child + 1]!, held[child]!)) child++;
      if (!isBefore(held[child]!, last)) break;
      held[at] = held[child]!;
      at = child;
    }
    held[at] = last;
    return first.price;
  }
}

function isBefore(left: Held, right: Held): boolean {
  return left.orderMs < right.orderMs || (left.orderMs === right.orderMs && left.sequence < right.sequence);
}
