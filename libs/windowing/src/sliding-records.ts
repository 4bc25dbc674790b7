import { AGGREGATE_CELLS } from './aggregate.ts';
import { KeyRings } from './key-rings.ts';
import { RangeCursor, skipCursor } from './range-cursor.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition } from './types.ts';
import type { OpenWindow } from './windows.ts';

// One ring entry per record. Records of one event time share a window; its state lies with the last of them.
export const TIME = 0;
export const VALUE = 1;
const OFFSET = 2;
/** How often the window that ends here was sent; NO_WINDOW: the record came too late to open it. */
export const REVISION = 3;
/** Watermark when it was last sent. */
export const SENT = 4;
const RECORD_CELLS = 5;
export const NO_WINDOW = -1;
const TIDY_EVERY = 64;

/**
 * The records that sliding windows still need, a ring per key sorted by (event time, offset), and the cursors over
 * them. Behind the cells of a record lies one slot per cursor:
 *
 *   entry   │ time │ value │ offset │ revision │ sent │ slot of updates │ slot of finals │
 *
 * The cursors must hear of every entry that moves, so whatever moves entries is in here. A snapshot holds the
 * records without slots, then the cursors.
 */
export class SlidingRecords {
  readonly rings: KeyRings;
  /** At the newest records; undefined when no updates are sent. */
  readonly updates: RangeCursor | undefined;
  /** At the horizon; undefined when no final results are sent. */
  readonly finals: RangeCursor | undefined;
  readonly #sizeMs: number;

  constructor({ emit, sizeMs }: WindowDefinition) {
    this.#sizeMs = sizeMs;
    this.rings = new KeyRings(RECORD_CELLS + (emit === 'both' ? 2 : 1) * AGGREGATE_CELLS);
    const cells = { value: VALUE, offset: OFFSET, slot: RECORD_CELLS };
    if (emit !== 'final') this.updates = new RangeCursor(this.rings, cells);
    if (emit === 'both') cells.slot += AGGREGATE_CELLS;
    if (emit !== 'updates') this.finals = new RangeCursor(this.rings, cells);
  }

  timeAt(key: number, position: number): number {
    return this.rings.cells[this.rings.at(key, position) + TIME]!;
  }

  firstAtOrAfter(key: number, timeMs: number): number {
    let low = this.rings.head[key]!;
    let high = this.rings.tail[key]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(key, middle) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Makes room for a record behind all of its own and earlier times; returns its position. */
  place(key: number, timeMs: number, horizonMs: number): number {
    const { rings } = this;
    if (rings.has(key)) this.#tidy(key, horizonMs);
    if (!rings.has(key)) {
      this.updates?.ensure(key);
      this.finals?.ensure(key);
    }
    const tail = rings.tail[key]!;
    if (tail === rings.head[key]! || this.timeAt(key, tail - 1) <= timeMs) {
      rings.append(key);
      return tail;
    }
    const position = this.firstAtOrAfter(key, timeMs + 1);
    rings.insert(key, position);
    this.updates?.inserted(key, position);
    this.finals?.inserted(key, position);
    return position;
  }

  /** Writes a record into its place; returns whether its window is a new one. */
  put(
    key: number,
    position: number,
    timeMs: number,
    value: number,
    offset: number,
    isOpen: boolean,
  ): boolean {
    const { rings } = this;
    const { cells } = rings;
    const at = rings.at(key, position);
    cells[at + TIME] = timeMs;
    cells[at + VALUE] = value;
    cells[at + OFFSET] = offset;
    const before = position > rings.head[key]! ? rings.at(key, position - 1) : -1;
    if (before !== -1 && cells[before + TIME] === timeMs) {
      cells[at + REVISION] = cells[before + REVISION]!;
      cells[at + SENT] = cells[before + SENT]!;
      return false;
    }
    cells[at + REVISION] = isOpen ? 0 : NO_WINDOW;
    cells[at + SENT] = Number.NEGATIVE_INFINITY;
    return isOpen;
  }

  release(key: number): void {
    this.rings.release(key);
    this.updates?.reset(key);
    this.finals?.reset(key);
  }

  snapshot(writer: SnapshotWriter): void {
    this.rings.snapshot(writer, RECORD_CELLS);
    const keys = this.rings.keys();
    for (const cursor of [this.updates, this.finals]) {
      writer.number(cursor === undefined ? 0 : 1);
      cursor?.snapshot(writer, keys);
    }
  }

  restore(reader: SnapshotReader): void {
    this.rings.restore(reader, RECORD_CELLS);
    const keys = this.rings.keys();
    for (const cursor of [this.updates, this.finals]) {
      for (const key of keys) cursor?.ensure(key);
      // Without a cursor of ours, what was there before settings changed is only read over.
      if (reader.number() === 0) continue;
      if (cursor === undefined) skipCursor(reader, keys);
      else cursor.restore(reader, keys);
    }
  }

  openWindows(horizonMs: number): OpenWindow[] {
    const open: OpenWindow[] = [];
    for (const key of this.rings.keys()) {
      const tail = this.rings.tail[key]!;
      for (let position = this.firstAtOrAfter(key, horizonMs); position < tail; position++) {
        const endMs = this.timeAt(key, position);
        if (position + 1 < tail && this.timeAt(key, position + 1) === endMs) continue;
        const at = this.rings.at(key, position);
        if (this.rings.cells[at + REVISION] === NO_WINDOW) continue;
        open.push({ closesMs: endMs + 1, offset: this.rings.cells[at + OFFSET]!, key });
      }
    }
    return open;
  }

  /** Drops records that no open window and none to come can hold. */
  #tidy(key: number, horizonMs: number): void {
    const { rings } = this;
    const tail = rings.tail[key]!;
    const isDead = this.timeAt(key, tail - 1) + this.#sizeMs < horizonMs;
    if (isDead) {
      // As if the key were new: results must not depend on whether it was released in between.
      rings.dropBefore(key, tail);
      this.updates?.reset(key);
      this.finals?.reset(key);
      return;
    }
    const isFull = rings.isFull(key);
    // Not at every record: the oldest ones are far away in memory.
    if (!isFull && tail % TIDY_EVERY !== 0) return;
    const head = rings.head[key]!;
    const alive = this.firstAtOrAfter(key, horizonMs - this.#sizeMs);
    if (alive !== head) rings.dropBefore(key, alive);
    // A ring that is full again at once would be tidied at every record.
    if (isFull && (alive - head) * 8 < tail - head) rings.grow(key);
    const shift = rings.rebase(key);
    if (shift === 0) return;
    this.updates?.rebased(key, shift);
    this.finals?.rebased(key, shift);
  }
}
