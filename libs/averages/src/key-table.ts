import { jsonString } from '@meanwhile/records';
import { KeyStore } from './key-store.ts';

const SLOTS_MIN = 1_024;

/**
 * Interns key bytes to small integers, without an allocation for a key that is known. Ids are reused after release.
 *
 * Open addressing with linear probing: a key lies in the first free slot from its hash on. A released key's slot is
 * closed by moving up what was pushed behind it, so that no hole hides a key and a release costs no look at the others.
 */
export class KeyTable {
  #slots = new Int32Array(SLOTS_MIN).fill(-1);
  /** By id. */
  #hashes = new Uint32Array(512);
  #store = new KeyStore();
  #free: number[] = [];
  #size = 0;
  /** Slots looked at or written to keep the table in order: its work, for tests that bound it. */
  #slotMoves = 0;

  get size(): number {
    return this.#size;
  }

  /** Id of the key `source[start, end)`, or -1. */
  find(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id === -1) return -1;
      if (this.#hashes[id] === hash && this.#store.isEqual(id, source, start, end)) return id;
    }
  }

  /** Adds a key that find() does not know. */
  add(source: Uint8Array, start: number, end: number): number {
    const id = this.#free.pop() ?? this.#store.ids;
    this.#put(id, source, start, end);
    return id;
  }

  /** Forgets a key; its id may be given to another. */
  release(id: number): void {
    this.#close(this.#slotOf(id));
    this.#store.release(id);
    this.#free.push(id);
    this.#size--;
    // An eighth: as many releases as there are slots to build lie between two times.
    if (this.#slots.length > SLOTS_MIN && this.#size * 8 < this.#slots.length) this.#rebuild();
  }

  get slotMoves(): number {
    return this.#slotMoves;
  }

  /** Where each key and its JSON text lie. */
  get store(): KeyStore {
    return this.#store;
  }

  /** Ids, keys and the order in which ids are reused: restore() gives the same table. */
  snapshot(): { keys: (string | null)[]; free: number[] } {
    const store = this.#store;
    const text = (id: number) =>
      Buffer.from(store.bytes.subarray(store.keyStart(id), store.keyEnd(id))).toString('utf8');
    const keys = Array.from({ length: store.ids }, (_, id) => (store.has(id) ? text(id) : null));
    return { keys, free: [...this.#free] };
  }

  static restore({ keys, free }: ReturnType<KeyTable['snapshot']>): KeyTable {
    const table = new KeyTable();
    table.#store = new KeyStore(keys.length);
    table.#free = [...free];
    for (const [id, key] of keys.entries()) {
      if (key === null) continue;
      const bytes = Buffer.from(key, 'utf8');
      table.#put(id, bytes, 0, bytes.length);
    }
    return table;
  }

  #put(id: number, source: Uint8Array, start: number, end: number): void {
    if (id >= this.#hashes.length) {
      const hashes = new Uint32Array(Math.max(this.#hashes.length * 2, id + 1));
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    this.#hashes[id] = hashOf(source, start, end);
    this.#store.put(id, source, start, end, jsonString(source.subarray(start, end)));
    this.#size++;
    if (this.#size * 2 > this.#slots.length) this.#rebuild();
    this.#place(id);
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id]! & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
    this.#slotMoves++;
  }

  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id]! & mask;
    while (this.#slots[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  /**
   * Empties a slot: whatever follows without a gap and was pushed past the hole moves into it, and leaves a new hole
   * (Knuth, The Art of Computer Programming, vol. 3, 6.4, algorithm R).
   */
  #close(emptied: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = emptied;
    for (let slot = (hole + 1) & mask; slots[slot] !== -1; slot = (slot + 1) & mask) {
      this.#slotMoves++;
      const home = this.#hashes[slots[slot]!]! & mask;
      // Its search starts behind the hole: it is found without it.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = -1;
  }

  #rebuild(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(slotsFor(this.#size)).fill(-1);
    for (const id of old) if (id !== -1) this.#place(id);
  }
}

/** A power of two, at most a quarter full after a rebuild. */
function slotsFor(size: number): number {
  return Math.max(SLOTS_MIN, 2 ** Math.ceil(Math.log2(Math.max(1, size) * 4)));
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
