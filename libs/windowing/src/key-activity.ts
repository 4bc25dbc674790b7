import { ClosingQueue } from './closing-queue.ts';

const UNKNOWN = 0;
const ACTIVE = 1;
/** Has nothing left, is in the list of those to release. */
const EXPIRED = 2;
/** Active again while still in that list. */
const LISTED = 3;

/**
 * Which keys have an open window, or a record that a window still to come could hold. A key expires when the
 * horizon reaches its expiry. Most records only raise a number: the queue holds one pair per active key, as it was
 * when the key became active, and looks at the number when that is due.
 *
 *   UNKNOWN ──enter──► ACTIVE ──horizon──► EXPIRED ──release──► UNKNOWN
 *                         ▲                 │   ▲
 *                         └──release── LISTED ◄─┘ enter, horizon
 */
export class KeyActivity {
  #expiryMs = new Float64Array(16).fill(Number.NEGATIVE_INFINITY);
  #state = new Uint8Array(16);
  readonly #queue = new ClosingQueue();
  #expired: number[] = [];
  #active = 0;

  /** A record of the key counts until the horizon reaches a time. */
  entered(key: number, expiryMs: number): void {
    if (key >= this.#state.length) this.#grow(key);
    if (expiryMs > this.#expiryMs[key]!) this.#expiryMs[key] = expiryMs;
    const state = this.#state[key];
    if (state === ACTIVE || state === LISTED) return;
    this.#state[key] = state === EXPIRED ? LISTED : ACTIVE;
    this.#active++;
    this.#queue.push(this.#expiryMs[key]!, key);
  }

  isActive(key: number, horizonMs: number): boolean {
    return key < this.#state.length && this.#expiryMs[key]! > horizonMs;
  }

  count(horizonMs: number): number {
    this.#expire(horizonMs);
    return this.#active;
  }

  /** Forgets the keys that are not active. */
  release(horizonMs: number, onRelease: (key: number) => void): void {
    this.#expire(horizonMs);
    const expired = this.#expired;
    this.#expired = [];
    for (const key of expired) {
      const wasExpired = this.#state[key] === EXPIRED;
      this.#state[key] = wasExpired ? UNKNOWN : ACTIVE;
      if (!wasExpired) continue;
      this.#expiryMs[key] = Number.NEGATIVE_INFINITY;
      onRelease(key);
    }
  }

  /** Keys that were entered and not released since, ascending. */
  keys(): number[] {
    const keys: number[] = [];
    for (let key = 0; key < this.#state.length; key++) if (this.#state[key] !== UNKNOWN) keys.push(key);
    return keys;
  }

  expiryMs(key: number): number {
    return this.#expiryMs[key]!;
  }

  #expire(horizonMs: number): void {
    while (this.#queue.dueMs <= horizonMs) {
      const key = this.#queue.pop();
      const expiryMs = this.#expiryMs[key]!;
      if (expiryMs > horizonMs) {
        this.#queue.push(expiryMs, key);
        continue;
      }
      this.#active--;
      if (this.#state[key] === ACTIVE) this.#expired.push(key);
      this.#state[key] = EXPIRED;
    }
  }

  #grow(key: number): void {
    const length = 2 ** Math.ceil(Math.log2(key + 2));
    const expiryMs = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    const state = new Uint8Array(length);
    expiryMs.set(this.#expiryMs);
    state.set(this.#state);
    this.#expiryMs = expiryMs;
    this.#state = state;
  }
}
