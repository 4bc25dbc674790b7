import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';

/** (time, key, sequence): cells of one pair in the heap. */
const TIME = 0;
const KEY = 1;
const SEQUENCE = 2;
const CELLS = 3;
const LENGTH_MIN = 16;

/** (time, key) pairs in any order, taken out by time, then in the order they came: a binary heap in one array. */
export class Stragglers {
  #cells = new Float64Array(LENGTH_MIN * CELLS);
  /** Of pairs. */
  #length = 0;
  #sequence = 0;

  /** The time that `push` puts in. */
  pushedMs = Number.POSITIVE_INFINITY;

  /** Infinity when empty. */
  get firstMs(): number {
    return this.#length > 0 ? this.#cells[TIME]! : Number.POSITIVE_INFINITY;
  }

  get firstKey(): number {
    return this.#cells[KEY]!;
  }

  push(key: number): void {
    this.#add(key, this.#sequence++);
  }

  /** Takes the first pair out and returns its key; there must be one. */
  pop(): number {
    const key = this.firstKey;
    this.#length--;
    this.#sink();
    return key;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.#sequence);
    writer.number(this.#length);
    writer.numbers(this.#cells.subarray(0, this.#length * CELLS));
  }

  /** Into an empty heap. */
  restore(reader: SnapshotReader): void {
    this.#sequence = reader.number();
    for (let length = reader.number(); length > 0; length--) {
      this.pushedMs = reader.number();
      this.#add(reader.number(), reader.number());
    }
  }

  /** From the end up, past all that come later. */
  #add(key: number, sequence: number): void {
    let place = this.#length++;
    if (place * CELLS === this.#cells.length) this.#grow();
    const cells = this.#cells;
    cells[place * CELLS + TIME] = this.pushedMs;
    cells[place * CELLS + KEY] = key;
    cells[place * CELLS + SEQUENCE] = sequence;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isBefore(parent, place)) return;
      this.#swap(parent, place);
      place = parent;
    }
  }

  /** The pair behind the last goes to the top, and down past all that come before it. */
  #sink(): void {
    this.#swap(0, this.#length);
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#length) return;
      if (child + 1 < this.#length && this.#isBefore(child + 1, child)) child++;
      if (this.#isBefore(place, child)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const cells = this.#cells;
    const aMs = cells[a * CELLS + TIME]!;
    const bMs = cells[b * CELLS + TIME]!;
    return aMs < bMs || (aMs === bMs && cells[a * CELLS + SEQUENCE]! < cells[b * CELLS + SEQUENCE]!);
  }

  #swap(a: number, b: number): void {
    const cells = this.#cells;
    for (let i = 0; i < CELLS; i++) {
      const moved = cells[a * CELLS + i]!;
      cells[a * CELLS + i] = cells[b * CELLS + i]!;
      cells[b * CELLS + i] = moved;
    }
  }

  #grow(): void {
    const cells = new Float64Array(2 * this.#cells.length);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
