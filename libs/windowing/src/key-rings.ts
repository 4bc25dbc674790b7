import { BuddyBlocks } from './buddy-blocks.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';

const CAPACITY_MIN = 4;
/** A ring this many times too large is halved; a burst of one key must not stay in memory. */
const SHRINK_FACTOR = 8;
const CELLS_MIN = 1024;
const POSITION_MAX = 2 ** 30;

/**
 * One ring of fixed-width entries per key, all in one Float64Array. Rings are blocks of a power of two entries. An
 * entry is addressed by its position: head, head + 1, … tail - 1, oldest first.
 *
 *   cells  …│ block of key 7: entries at (position & mask) │ block of key 2 │ free │…
 *
 * The plain version is a Map of arrays of objects.
 */
export class KeyRings {
  /** Doubles per entry. */
  readonly stride: number;
  /** Replaced when it grows: read it anew after an append or insert. */
  cells = new Float64Array(CELLS_MIN);
  head = new Int32Array(16);
  tail = new Int32Array(16);
  #base = new Int32Array(16);
  /** Capacity - 1; -1: the key has no block. */
  #mask = new Int32Array(16).fill(-1);
  readonly #blocks = new BuddyBlocks();

  constructor(stride: number) {
    this.stride = stride;
  }

  /** Makes room for a key; returns whether it has entries. Positions of an empty ring start again at 0. */
  has(key: number): boolean {
    if (key >= this.head.length) this.#growKeys(key);
    if (this.head[key] !== this.tail[key]) return true;
    this.head[key] = 0;
    this.tail[key] = 0;
    return false;
  }

  /** Where the entry at a position starts in `cells`. */
  at(key: number, position: number): number {
    return (this.#base[key]! + (position & this.#mask[key]!)) * this.stride;
  }

  /** Adds an entry at the tail, its cells undefined; returns where it starts. `has` must have been called for the key. */
  append(key: number): number {
    const position = this.tail[key]!;
    if (this.isFull(key)) this.grow(key);
    this.tail[key] = position + 1;
    return this.at(key, position);
  }

  isFull(key: number): boolean {
    return this.tail[key]! - this.head[key]! > this.#mask[key]!;
  }

  grow(key: number): void {
    this.#resize(key, 2 * (this.#mask[key]! + 1));
  }

  /** Makes room for an entry at a position, those from there on move up by one; returns where it starts. */
  insert(key: number, position: number): number {
    this.append(key);
    const mask = this.#mask[key]!;
    const base = this.#base[key]! * this.stride;
    // Runs that do not wrap, from the top.
    for (let end = this.tail[key]! - 1; end > position; ) {
      const top = end & mask;
      const run = Math.min(end - position, top === 0 ? 1 : top);
      const to = base + (top === 0 ? 0 : top - run + 1) * this.stride;
      const from = base + (top === 0 ? mask : top - run) * this.stride;
      this.cells.copyWithin(to, from, from + run * this.stride);
      end -= run;
    }
    return this.at(key, position);
  }

  /** Takes out the entry at a position, those after it move down by one. */
  remove(key: number, position: number): void {
    const last = this.tail[key]! - 1;
    for (let i = position; i < last; i++) this.#copy(this.at(key, i + 1), this.at(key, i));
    this.tail[key] = last;
  }

  /** Forgets the entries before a position. */
  dropBefore(key: number, position: number): void {
    this.head[key] = position;
    const capacity = this.#mask[key]! + 1;
    const length = this.tail[key]! - position;
    if (capacity > 16 * CAPACITY_MIN && length * SHRINK_FACTOR <= capacity) this.#resize(key, capacity / 2);
  }

  /** Moves positions down before they grow out of an Int32, by a multiple of the capacity so that no entry moves; returns by how much. */
  rebase(key: number): number {
    if (this.head[key]! < POSITION_MAX) return 0;
    const shift = this.head[key]! & ~this.#mask[key]!;
    this.head[key]! -= shift;
    this.tail[key]! -= shift;
    return shift;
  }

  release(key: number): void {
    if (key >= this.head.length) return;
    if (this.#mask[key] !== -1) this.#blocks.free(this.#base[key]!, this.#mask[key]! + 1);
    this.#mask[key] = -1;
    this.head[key] = 0;
    this.tail[key] = 0;
  }

  /** Keys that have entries, ascending. */
  keys(): number[] {
    const keys: number[] = [];
    for (let key = 0; key < this.head.length; key++) if (this.head[key] !== this.tail[key]) keys.push(key);
    return keys;
  }

  /** Writes every entry's first `width` cells. */
  snapshot(writer: SnapshotWriter, width: number): void {
    const keys = this.keys();
    writer.number(keys.length);
    for (const key of keys) {
      writer.number(key);
      writer.number(this.tail[key]! - this.head[key]!);
      for (let position = this.head[key]!; position < this.tail[key]!; position++) {
        const at = this.at(key, position);
        writer.numbers(this.cells.subarray(at, at + width));
      }
    }
  }

  /** Into empty rings; positions start at 0. */
  restore(reader: SnapshotReader, width: number): void {
    for (let keys = reader.number(); keys > 0; keys--) {
      const key = reader.number();
      this.has(key);
      for (let length = reader.number(); length > 0; length--) {
        const at = this.append(key);
        for (let i = 0; i < width; i++) this.cells[at + i] = reader.number();
      }
    }
  }

  #resize(key: number, wanted: number): void {
    const oldMask = this.#mask[key]!;
    const oldBase = this.#base[key]!;
    const capacity = Math.max(CAPACITY_MIN, wanted);
    const base = this.#allocate(capacity);
    const mask = capacity - 1;
    for (let position = this.head[key]!; position < this.tail[key]!; position++) {
      this.#copy((oldBase + (position & oldMask)) * this.stride, (base + (position & mask)) * this.stride);
    }
    if (oldMask !== -1) this.#blocks.free(oldBase, oldMask + 1);
    this.#base[key] = base;
    this.#mask[key] = mask;
  }

  /** Returns the first entry of a block that lies within `cells`. */
  #allocate(capacity: number): number {
    const block = this.#blocks.allocate(capacity);
    const needed = this.#blocks.used * this.stride;
    if (needed > this.cells.length) {
      const length = Math.max(needed, 2 * this.cells.length);
      this.cells = new Float64Array(this.cells.buffer.transfer(length * 8));
    }
    return block;
  }

  #copy(from: number, to: number): void {
    const { cells, stride } = this;
    for (let i = 0; i < stride; i++) cells[to + i] = cells[from + i]!;
  }

  #growKeys(key: number): void {
    const length = 2 ** Math.ceil(Math.log2(key + 2));
    this.head = grown(this.head, length, 0);
    this.tail = grown(this.tail, length, 0);
    this.#base = grown(this.#base, length, 0);
    this.#mask = grown(this.#mask, length, -1);
  }
}

function grown(old: Int32Array<ArrayBuffer>, length: number, fill: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(length).fill(fill);
  array.set(old);
  return array;
}
