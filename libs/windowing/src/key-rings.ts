import { BuddyBlocks } from './buddy-blocks.ts';

/** Integers per key, side by side so that a key's ring costs one look into memory. Behind them, those of the owner. */
export const RING = {
  /** Positions of the oldest entry and behind the newest. */
  HEAD: 0,
  TAIL: 1,
  /** Where the key's block starts, in entries. */
  BASE: 2,
  /** Capacity - 1; -1: the key has no block. */
  MASK: 3,
  /** How many they are. */
  INTS: 4,
  /** Applied to the index of an entry, tells the machine that sums with it do not overflow. */
  INDEX: 2 ** 30 - 1,
} as const;
const { HEAD, TAIL, BASE, MASK, INDEX } = RING;

const CAPACITY_MIN = 4;
/** A ring this many times too large is halved; a burst of one key must not stay in memory. */
const SHRINK_FACTOR = 8;
const CELLS_MIN = 1024;
const KEYS_MIN = 16;
const POSITION_MAX = 2 ** 30;

/**
 * One ring of fixed-width entries per key, all in one Float64Array. Rings are blocks of a power of two entries. An
 * entry is addressed by its position: head, head + 1, … tail - 1, oldest first.
 *
 *   ints   …│ head │ tail │ base │ mask │ owner's …│…                 `ring` is where those of a key start
 *   cells  …│ block of key 7: entries at (position & mask) │ block of key 2 │ free │…
 *
 * The plain version is a Map of arrays of objects.
 */
export class KeyRings {
  /** Doubles per entry. */
  declare readonly stride: number;
  /** Both are replaced when they grow: read them anew after `ring`, or an append or insert. */
  cells = new Float64Array(CELLS_MIN);
  declare ints: Int32Array;
  declare private readonly width: number;
  readonly #blocks = new BuddyBlocks();

  /** @param ownInts how many integers per key the owner wants behind those of the ring; -1 at first */
  constructor(stride: number, ownInts = 0) {
    this.stride = stride;
    this.width = RING.INTS + ownInts;
    this.ints = new Int32Array(0);
    this.#growKeys(KEYS_MIN * this.width);
  }

  /** The ring of a key: where its integers start in `ints`. */
  ring(key: number): number {
    const ring = Math.imul(key, this.width);
    if (ring >= this.ints.length) this.#growKeys(ring + this.width);
    return ring;
  }

  isEmpty(ring: number): boolean {
    return this.ints[ring + HEAD] === this.ints[ring + TAIL];
  }

  isFull(ring: number): boolean {
    const { ints } = this;
    return ints[ring + TAIL]! - ints[ring + HEAD]! > ints[ring + MASK]!;
  }

  /** Where the entry at a position starts in `cells`. */
  at(ring: number, position: number): number {
    const { ints } = this;
    return Math.imul((ints[ring + BASE]! + (position & ints[ring + MASK]!)) | 0, this.stride) & INDEX;
  }

  /** Adds an entry at the tail, its cells undefined; returns where it starts. */
  append(ring: number): number {
    if (this.isFull(ring)) this.grow(ring);
    const position = this.ints[ring + TAIL]!;
    this.ints[ring + TAIL] = position + 1;
    return this.at(ring, position);
  }

  grow(ring: number): void {
    this.#resize(ring, 2 * (this.ints[ring + MASK]! + 1));
  }

  /** Makes room for an entry at a position, those from there on move up by one; returns where it starts. */
  insert(ring: number, position: number): number {
    this.append(ring);
    const { ints, stride } = this;
    const mask = ints[ring + MASK]!;
    const base = ints[ring + BASE]! * stride;
    // Runs that do not wrap, from the top.
    for (let end = ints[ring + TAIL]! - 1; end > position; ) {
      const top = end & mask;
      const run = Math.min(end - position, top === 0 ? 1 : top);
      const to = base + (top === 0 ? 0 : top - run + 1) * stride;
      const from = base + (top === 0 ? mask : top - run) * stride;
      this.cells.copyWithin(to, from, from + run * stride);
      end -= run;
    }
    return this.at(ring, position);
  }

  /** Takes out the entry at a position, those after it move down by one. */
  remove(ring: number, position: number): void {
    const last = this.ints[ring + TAIL]! - 1;
    for (let i = position; i < last; i++) this.#copy(this.at(ring, i + 1), this.at(ring, i));
    this.ints[ring + TAIL] = last;
  }

  /** Forgets the entries before a position. */
  dropBefore(ring: number, position: number): void {
    const { ints } = this;
    ints[ring + HEAD] = position;
    const capacity = ints[ring + MASK]! + 1;
    const length = ints[ring + TAIL]! - position;
    if (capacity > 16 * CAPACITY_MIN && length * SHRINK_FACTOR <= capacity) this.#resize(ring, capacity / 2);
  }

  /** Moves positions down before they grow out of an Int32, by a multiple of the capacity so that no entry moves; returns by how much. */
  rebase(ring: number): number {
    const { ints } = this;
    if (ints[ring + HEAD]! < POSITION_MAX) return 0;
    const shift = ints[ring + HEAD]! & ~ints[ring + MASK]!;
    ints[ring + HEAD]! -= shift;
    ints[ring + TAIL]! -= shift;
    return shift;
  }

  /** Gives the memory of a key back. */
  release(ring: number): void {
    const { ints } = this;
    if (ints[ring + MASK] !== -1) this.#blocks.free(ints[ring + BASE]!, ints[ring + MASK]! + 1);
    this.#clear(ring);
  }

  /** Keys below this have a place; others have no entries. */
  get known(): number {
    return this.ints.length / this.width;
  }

  /** Keys that have entries, ascending. */
  keys(): number[] {
    const keys: number[] = [];
    const { known } = this;
    for (let key = 0; key < known; key++) if (!this.isEmpty(this.ring(key))) keys.push(key);
    return keys;
  }

  #resize(ring: number, wanted: number): void {
    const { ints, stride } = this;
    const oldMask = ints[ring + MASK]!;
    const oldBase = ints[ring + BASE]!;
    const capacity = Math.max(CAPACITY_MIN, wanted);
    const base = this.#allocate(capacity);
    const mask = capacity - 1;
    for (let position = ints[ring + HEAD]!; position < ints[ring + TAIL]!; position++) {
      this.#copy((oldBase + (position & oldMask)) * stride, (base + (position & mask)) * stride);
    }
    if (oldMask !== -1) this.#blocks.free(oldBase, oldMask + 1);
    ints[ring + BASE] = base;
    ints[ring + MASK] = mask;
  }

  /** Returns the first entry of a block that lies within `cells`. */
  #allocate(capacity: number): number {
    const block = this.#blocks.allocate(capacity);
    const needed = this.#blocks.used * this.stride;
    if (needed > this.cells.length) {
      // A new array is zero without being touched, so only what is used takes memory; `transfer` would write all of it.
      const cells = new Float64Array(Math.max(needed, 2 * this.cells.length));
      cells.set(this.cells);
      this.cells.buffer.transfer(0); // frees it now, not at some collection
      this.cells = cells;
    }
    return block;
  }

  #copy(from: number, to: number): void {
    const { cells, stride } = this;
    for (let i = 0; i < stride; i++) cells[to + i] = cells[from + i]!;
  }

  #growKeys(length: number): void {
    const keys = 2 ** Math.ceil(Math.log2(length / this.width));
    const ints = new Int32Array(keys * this.width);
    ints.set(this.ints);
    const known = this.ints.length;
    this.ints = ints;
    for (let ring = known; ring < ints.length; ring += this.width) this.#clear(ring);
  }

  #clear(ring: number): void {
    this.ints.fill(-1, ring, ring + this.width);
    this.ints[ring + HEAD] = 0;
    this.ints[ring + TAIL] = 0;
    this.ints[ring + BASE] = 0;
  }
}
