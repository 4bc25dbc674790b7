import { ClosingQueue } from './closing-queue.ts';
import { RECORD } from './record-cells.ts';

// Two doubles per key, side by side in memory.
const EXPIRY = 0;
const STATE = 1;
const KEY_CELLS = 2;
const KEYS_MIN = 16;
const ENTERED_EXPIRY = RECORD.EXPIRY;

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
  #cells = emptyCells(KEYS_MIN);
  readonly #queue = new ClosingQueue();
  #expired: number[] = [];
  #active = 0;

  /** A record of the key (see record-cells) counts until the horizon reaches its EXPIRY. */
  entered(key: number, record: Float64Array): void {
    const at = key * KEY_CELLS;
    if (at >= this.#cells.length) this.#grow(key);
    const cells = this.#cells;
    if (record[ENTERED_EXPIRY]! > cells[at + EXPIRY]!) cells[at + EXPIRY] = record[ENTERED_EXPIRY]!;
    const state = cells[at + STATE];
    if (state !== ACTIVE && state !== LISTED) this.#activate(key);
  }

  /** The same for a key that is brought here from elsewhere. */
  enteredUntil(key: number, expiryMs: number): void {
    const record = new Float64Array(RECORD.CELLS);
    record[ENTERED_EXPIRY] = expiryMs;
    this.entered(key, record);
  }

  isActive(key: number, horizonMs: number): boolean {
    const at = key * KEY_CELLS;
    return at < this.#cells.length && this.#cells[at + EXPIRY]! > horizonMs;
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
    const cells = this.#cells;
    for (const key of expired) {
      const at = key * KEY_CELLS;
      const wasExpired = cells[at + STATE] === EXPIRED;
      cells[at + STATE] = wasExpired ? UNKNOWN : ACTIVE;
      if (!wasExpired) continue;
      cells[at + EXPIRY] = Number.NEGATIVE_INFINITY;
      onRelease(key);
    }
  }

  /** Keys that were entered and not released since, ascending. */
  keys(): number[] {
    const cells = this.#cells;
    const keys: number[] = [];
    for (let key = 0; key * KEY_CELLS < cells.length; key++) {
      if (cells[key * KEY_CELLS + STATE] !== UNKNOWN) keys.push(key);
    }
    return keys;
  }

  expiryMs(key: number): number {
    return this.#cells[key * KEY_CELLS + EXPIRY]!;
  }

  #activate(key: number): void {
    const at = key * KEY_CELLS;
    this.#cells[at + STATE] = this.#cells[at + STATE] === EXPIRED ? LISTED : ACTIVE;
    this.#active++;
    this.#queue.pushedMs = this.#cells[at + EXPIRY]!;
    this.#queue.push(key);
  }

  #expire(horizonMs: number): void {
    const cells = this.#cells;
    while (this.#queue.dueMs <= horizonMs) {
      const key = this.#queue.pop();
      const at = key * KEY_CELLS;
      const expiryMs = cells[at + EXPIRY]!;
      if (expiryMs > horizonMs) {
        this.#queue.pushedMs = expiryMs;
        this.#queue.push(key);
        continue;
      }
      this.#active--;
      if (cells[at + STATE] === ACTIVE) this.#expired.push(key);
      cells[at + STATE] = EXPIRED;
    }
  }

  #grow(key: number): void {
    const cells = emptyCells(2 ** Math.ceil(Math.log2(key + 2)));
    cells.set(this.#cells);
    this.#cells = cells;
  }
}

function emptyCells(keys: number): Float64Array {
  const cells = new Float64Array(keys * KEY_CELLS);
  for (let at = 0; at < cells.length; at += KEY_CELLS) cells[at + EXPIRY] = Number.NEGATIVE_INFINITY;
  return cells;
}
