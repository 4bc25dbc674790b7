import { AGGREGATE_CELLS, addAggregate, addValue, clearAggregate, copyAggregate } from './aggregate.ts';
import type { KeyRings } from './key-rings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';

const UNSET = -1;

/**
 * The aggregate of a range of a key's ring that moves forward, without ever subtracting: two-stacks-lite
 * (Tangwongsan, Hirzel, Schneider: In-Order Sliding-Window Aggregation in Worst-Case Constant Time; IBM's
 * sliding-window-aggregators). Each entry before `mid` has a slot with the aggregate from itself up to mid;
 * what lies behind mid is one running aggregate.
 *
 *   entries   ……│ a   b   c │ d   e   f │……          slot(b) = bc       running = def
 *              low       mid         high            b..f = slot(b) + running
 *
 * When low passes mid, one walk back from high gives every entry a slot (mid = high): O(1) per entry, amortised.
 * All sums are folds in a fixed order, so that slots and running aggregates can be made again from the entries
 * after a snapshot, bit for bit.
 */
export class RangeCursor {
  readonly #rings: KeyRings;
  readonly #valueAt: number;
  readonly #offsetAt: number;
  readonly #slotAt: number;
  /** Positions; low is -1 where nothing is known. */
  low = new Int32Array(16).fill(UNSET);
  #mid = new Int32Array(16);
  high = new Int32Array(16);
  #running = new Float64Array(16 * AGGREGATE_CELLS);

  /** @param cells where value, offset and this cursor's slot lie within an entry */
  constructor(rings: KeyRings, cells: { value: number; offset: number; slot: number }) {
    this.#rings = rings;
    this.#valueAt = cells.value;
    this.#offsetAt = cells.offset;
    this.#slotAt = cells.slot;
  }

  /** Makes room for a key. */
  ensure(key: number): void {
    if (key < this.low.length) return;
    const length = 2 ** Math.ceil(Math.log2(key + 2));
    const low = new Int32Array(length).fill(UNSET);
    const mid = new Int32Array(length);
    const high = new Int32Array(length);
    const running = new Float64Array(length * AGGREGATE_CELLS);
    low.set(this.low);
    mid.set(this.#mid);
    high.set(this.high);
    running.set(this.#running);
    this.low = low;
    this.#mid = mid;
    this.high = high;
    this.#running = running;
  }

  isSet(key: number): boolean {
    return this.low[key] !== UNSET;
  }

  reset(key: number): void {
    if (key < this.low.length) this.low[key] = UNSET;
  }

  /** An entry is put in at a position: what lies below it keeps its place. */
  inserted(key: number, position: number): void {
    if (position < this.high[key]!) this.reset(key);
  }

  /** All positions went down. */
  rebased(key: number, shift: number): void {
    if (!this.isSet(key)) return;
    if (this.high[key]! < shift) {
      this.reset(key);
      return;
    }
    this.low[key] = Math.max(0, this.low[key]! - shift);
    this.#mid[key]! -= shift;
    this.high[key]! -= shift;
  }

  /** Puts the aggregate of [low, high) at the start of `into`. Forward moves are amortised O(1), others O(range). */
  moveTo(key: number, low: number, high: number, into: Float64Array): void {
    if (!this.isSet(key) || low < this.low[key]! || high < this.high[key]! || low >= this.high[key]!) {
      this.#startAt(key, low);
    }
    this.low[key] = low;
    if (low > this.#mid[key]!) {
      this.#foldBack(key, low, high);
      this.#mid[key] = high;
      clearAggregate(this.#running, key * AGGREGATE_CELLS);
    } else {
      this.#extend(key, this.high[key]!, high);
    }
    this.high[key] = high;

    const running = key * AGGREGATE_CELLS;
    if (low === this.#mid[key]) {
      copyAggregate(into, 0, this.#running, running);
      return;
    }
    copyAggregate(into, 0, this.#rings.cells, this.#rings.at(key, low) + this.#slotAt);
    if (high !== this.#mid[key]) addAggregate(into, 0, this.#running, running);
  }

  /** Positions count from the ring's head, as they will after restoring. */
  snapshot(writer: SnapshotWriter, keys: number[]): void {
    for (const key of keys) {
      const head = this.#rings.head[key]!;
      // Entries below the head are gone and never asked for: which of them were known makes no difference.
      const isSet = key < this.low.length && this.isSet(key) && this.high[key]! > head;
      writer.number(isSet ? 1 : 0);
      if (!isSet) continue;
      writer.number(Math.max(this.low[key]! - head, 0));
      writer.number(Math.max(this.#mid[key]! - head, -1));
      writer.number(this.high[key]! - head);
    }
  }

  /** The rings must have been restored. */
  restore(reader: SnapshotReader, keys: number[]): void {
    for (const key of keys) {
      this.ensure(key);
      this.reset(key);
      if (reader.number() === 0) continue;
      const low = reader.number();
      const mid = reader.number();
      const high = reader.number();
      this.#startAt(key, Math.max(mid, 0));
      this.#extend(key, Math.max(mid, 0), high);
      this.#foldBack(key, low, mid);
      this.low[key] = low;
      this.#mid[key] = mid;
      this.high[key] = high;
    }
  }

  #startAt(key: number, position: number): void {
    this.low[key] = position;
    this.#mid[key] = position;
    this.high[key] = position;
    clearAggregate(this.#running, key * AGGREGATE_CELLS);
  }

  #extend(key: number, from: number, to: number): void {
    const { cells } = this.#rings;
    for (let position = from; position < to; position++) {
      const at = this.#rings.at(key, position);
      addValue(this.#running, key * AGGREGATE_CELLS, cells[at + this.#valueAt]!, cells[at + this.#offsetAt]!);
    }
  }

  /** Gives the entries of [low, high) their slots. */
  #foldBack(key: number, low: number, high: number): void {
    const { cells } = this.#rings;
    let behind = -1;
    for (let position = high - 1; position >= low; position--) {
      const at = this.#rings.at(key, position);
      const slot = at + this.#slotAt;
      if (behind === -1) clearAggregate(cells, slot);
      else copyAggregate(cells, slot, cells, behind);
      addValue(cells, slot, cells[at + this.#valueAt]!, cells[at + this.#offsetAt]!);
      behind = slot;
    }
  }
}

/** Reads over the state of a cursor that is not wanted any more. */
export function skipCursor(reader: SnapshotReader, keys: number[]): void {
  for (const _ of keys) {
    if (reader.number() === 0) continue;
    for (let i = 0; i < 3; i++) reader.number();
  }
}
