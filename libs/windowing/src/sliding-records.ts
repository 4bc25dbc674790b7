import { AGGREGATE } from './aggregate.ts';
import { placeOf } from './galloping-search.ts';
import { KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';
import { restoreCursor, restoreRings, snapshotCursor, snapshotRings } from './ring-snapshot.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition } from './types.ts';
import type { Watermark } from './watermark.ts';
import { CURSOR, WindowCursor } from './window-cursor.ts';

/**
 * One ring entry per record: its own cells, then those of its window. Records of one event time share a window; its
 * state lies with the last of them.
 */
export const SLIDING = {
  TIME: RECORD.TIME,
  VALUE: RECORD.VALUE,
  OFFSET: RECORD.OFFSET,
  /** How often the window that ends here was sent; NO_WINDOW: the record came too late to open it. */
  REVISION: 3,
  /** Watermark when it was last sent. */
  SENT: 4,
  /** How many they are. */
  CELLS: 5,
  NO_WINDOW: -1,
} as const;
/** Which window a record opens when it is put in. */
export const OPENED = {
  NOTHING: 0,
  /** One of several that it may change. */
  ONE: 1,
  /** The newest of its key, which is the only one that it changes. Where updates are sent, it counts as sent. */
  NEWEST: 2,
} as const;
const { NOTHING, ONE, NEWEST } = OPENED;
const { HEAD, TAIL, BASE, MASK, INDEX } = RING;
const { TIME, VALUE, OFFSET, REVISION, SENT, NO_WINDOW } = SLIDING;
/** A power of two. */
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
  declare readonly rings: KeyRings;
  /** At the newest records; undefined when no updates are sent. */
  declare readonly updates: WindowCursor | undefined;
  /** At the horizon; undefined when no final results are sent. */
  declare readonly finals: WindowCursor | undefined;
  /** What the record that was put in last opened, one of OPENED. */
  opened: number = NOTHING;
  declare private readonly sizeMs: number;
  declare private readonly watermark: Watermark;

  constructor({ emit, sizeMs }: WindowDefinition, watermark: Watermark) {
    this.sizeMs = sizeMs;
    this.watermark = watermark;
    const cursors = emit === 'both' ? 2 : 1;
    this.rings = new KeyRings(SLIDING.CELLS + cursors * AGGREGATE.CELLS, cursors * CURSOR.INTS);
    if (emit !== 'final') this.updates = new WindowCursor(sizeMs, this.rings, SLIDING.CELLS, RING.INTS);
    if (emit === 'updates') return;
    const behind = cursors - 1;
    this.finals = new WindowCursor(
      sizeMs,
      this.rings,
      SLIDING.CELLS + behind * AGGREGATE.CELLS,
      RING.INTS + behind * CURSOR.INTS,
    );
  }

  timeAt(ring: number, position: number): number {
    return this.rings.cells[this.rings.at(ring, position) + TIME]!;
  }

  firstAtOrAfter(ring: number, timeMs: number): number {
    let low = this.rings.ints[ring + HEAD]!;
    let high = this.rings.ints[ring + TAIL]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(ring, middle) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts a record behind all of its own and earlier times; returns its position. */
  put(ring: number, record: Float64Array): number {
    const { cells, ints, stride } = this.rings;
    const base = ints[ring + BASE]!;
    const mask = ints[ring + MASK]!;
    const tail = ints[ring + TAIL]!;
    const length = tail - ints[ring + HEAD]!;
    const isSimple = length > 0 && length <= mask && (tail & (TIDY_EVERY - 1)) !== 0;
    if (!isSimple) return this.#putAnywhere(ring, record);
    const timeMs = record[TIME]!;
    const last = Math.imul(base + ((tail - 1) & mask), stride) & INDEX;
    const lastMs = cells[last + TIME]!;
    const { presentMs, horizonMs } = this.watermark;
    if (timeMs < lastMs || timeMs < horizonMs || lastMs + this.sizeMs < horizonMs) {
      return this.#putAnywhere(ring, record);
    }
    // The newest record of a ring in use, as nearly all are.
    ints[ring + TAIL] = tail + 1;
    const at = Math.imul(base + (tail & mask), stride) & INDEX;
    cells[at + TIME] = timeMs;
    cells[at + VALUE] = record[VALUE]!;
    cells[at + OFFSET] = record[OFFSET]!;
    if (timeMs === lastMs) {
      cells[at + REVISION] = cells[last + REVISION]!;
      cells[at + SENT] = cells[last + SENT]!;
      this.opened = NOTHING;
      return tail;
    }
    cells[at + REVISION] = this.updates === undefined ? 0 : 1;
    cells[at + SENT] = presentMs;
    this.opened = NEWEST;
    return tail;
  }

  release(key: number): void {
    this.rings.release(this.rings.ring(key));
  }

  snapshot(writer: SnapshotWriter): void {
    snapshotRings(writer, this.rings, SLIDING.CELLS);
    snapshotCursor(writer, this.rings, this.updates);
    snapshotCursor(writer, this.rings, this.finals);
  }

  restore(reader: SnapshotReader): void {
    restoreRings(reader, this.rings, SLIDING.CELLS);
    restoreCursor(reader, this.rings, this.updates);
    restoreCursor(reader, this.rings, this.finals);
  }

  #putAnywhere(ring: number, record: Float64Array): number {
    const { rings } = this;
    const { ints } = rings;
    const timeMs = record[TIME]!;
    this.#tidy(ring);
    let position = ints[ring + TAIL]!;
    if (rings.isEmpty(ring) || timeMs >= this.timeAt(ring, position - 1)) rings.append(ring);
    else {
      position = placeOf(rings, ring, record);
      rings.insert(ring, position);
      this.updates?.inserted(ring, position);
      this.finals?.inserted(ring, position);
    }
    const { cells } = rings;
    const at = rings.at(ring, position);
    cells[at + TIME] = timeMs;
    cells[at + VALUE] = record[VALUE]!;
    cells[at + OFFSET] = record[OFFSET]!;
    if (position > ints[ring + HEAD]!) {
      const before = rings.at(ring, position - 1);
      if (cells[before + TIME] === timeMs) {
        cells[at + REVISION] = cells[before + REVISION]!;
        cells[at + SENT] = cells[before + SENT]!;
        this.opened = NOTHING;
        return position;
      }
    }
    this.opened = timeMs >= this.watermark.horizonMs ? ONE : NOTHING;
    cells[at + REVISION] = this.opened === ONE ? 0 : NO_WINDOW;
    cells[at + SENT] = Number.NEGATIVE_INFINITY;
    return position;
  }

  /** Drops records that no open window and none to come can hold. */
  #tidy(ring: number): void {
    const { rings } = this;
    const { ints } = rings;
    const head = ints[ring + HEAD]!;
    const tail = ints[ring + TAIL]!;
    if (head === tail) return;
    const aliveMs = this.watermark.horizonMs - this.sizeMs;
    const isFull = rings.isFull(ring);
    const isDead = this.timeAt(ring, tail - 1) < aliveMs;
    // Not at every record: the oldest ones are far away in memory.
    if (!isFull && !isDead && tail % TIDY_EVERY !== 0) return;
    const alive = isDead ? tail : this.firstAtOrAfter(ring, aliveMs);
    rings.dropBefore(ring, alive);
    // A ring that is full again at once would be tidied at every record.
    if (isFull && (alive - head) * 8 < tail - head) rings.grow(ring);
    const shift = rings.rebase(ring);
    this.updates?.dropped(ring, shift);
    this.finals?.dropped(ring, shift);
  }
}
