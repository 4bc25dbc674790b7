import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import { Stragglers } from './stragglers.ts';

const LENGTH_MIN = 16;

/**
 * (time, key) pairs, taken out by ascending time, equal times in the order they were put in. Whatever comes in
 * order of time (all windows of an ordered log) is a plain queue and costs O(1); only stragglers pay for a heap.
 *
 *   in order   ─►  │ 10 │ 10 │ 12 │ 15 │      a ring
 *   straggler  ─►  │ 11 │ 14 │                 a binary heap; the lower head of both is next
 *
 * On equal times the ring goes first: what lies there came before a later time, a straggler after it.
 */
export class ClosingQueue {
  /** The lowest time; Infinity when empty. */
  dueMs = Number.POSITIVE_INFINITY;
  /** The time that `push` puts in: a field, as a double that is handed over may be boxed. */
  pushedMs = Number.POSITIVE_INFINITY;
  #times = new Float64Array(LENGTH_MIN);
  #keys = new Int32Array(LENGTH_MIN);
  #head = 0;
  #length = 0;
  readonly #stragglers = new Stragglers();

  /** Puts a key in, with the time `pushedMs`. */
  push(key: number): void {
    const timeMs = this.pushedMs;
    if (this.#length === 0 || timeMs >= this.#times[this.#slot(this.#length - 1)]!) {
      if (this.#length === this.#times.length) this.#grow();
      const slot = this.#slot(this.#length++);
      this.#times[slot] = timeMs;
      this.#keys[slot] = key;
    } else {
      this.#stragglers.pushedMs = timeMs;
      this.#stragglers.push(key);
    }
    if (timeMs < this.dueMs) this.dueMs = timeMs;
  }

  /** Key of the pair that `pop` would take. */
  get firstKey(): number {
    return this.#isFirstInRing() ? this.#keys[this.#head]! : this.#stragglers.firstKey;
  }

  /** Takes the pair of time `dueMs` out and returns its key; the queue must not be empty. */
  pop(): number {
    const key = this.#isFirstInRing() ? this.#shift() : this.#stragglers.pop();
    const first = this.#length > 0 ? this.#times[this.#head]! : Number.POSITIVE_INFINITY;
    this.dueMs = Math.min(first, this.#stragglers.firstMs);
    return key;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.#length);
    for (let i = 0; i < this.#length; i++) {
      writer.number(this.#times[this.#slot(i)]!);
      writer.number(this.#keys[this.#slot(i)]!);
    }
    this.#stragglers.snapshot(writer);
  }

  /** Into an empty queue. */
  restore(reader: SnapshotReader): void {
    for (let length = reader.number(); length > 0; length--) {
      this.pushedMs = reader.number();
      this.push(reader.number());
    }
    this.#stragglers.restore(reader);
    this.dueMs = Math.min(this.dueMs, this.#stragglers.firstMs);
  }

  #isFirstInRing(): boolean {
    return this.#length > 0 && this.#times[this.#head] === this.dueMs;
  }

  #slot(index: number): number {
    return (this.#head + index) & (this.#times.length - 1);
  }

  #shift(): number {
    const key = this.#keys[this.#head]!;
    this.#head = this.#slot(1);
    this.#length--;
    return key;
  }

  #grow(): void {
    const length = this.#times.length;
    const times = new Float64Array(2 * length);
    const keys = new Int32Array(2 * length);
    for (let i = 0; i < length; i++) {
      times[i] = this.#times[this.#slot(i)]!;
      keys[i] = this.#keys[this.#slot(i)]!;
    }
    this.#times = times;
    this.#keys = keys;
    this.#head = 0;
  }
}
