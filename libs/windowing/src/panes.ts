import { AGGREGATE, addRecord, clearAggregate, combine, copyAggregate } from './aggregate.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';
import { restoreRings, snapshotRings } from './ring-snapshot.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowResult } from './types.ts';
import type { Watermark } from './watermark.ts';
import type { OpenWindow } from './windows.ts';

/**
 * One ring entry per window that holds a record. It is the state of the window that starts here, and the pane
 * [start, start + step): the records between this start and the next possible one.
 */
export const PANE = {
  START: 0,
  REVISION: 1,
  /** Watermark when the window was last sent. */
  SENT: 2,
  /** Of the pane, like all that follows. */
  COUNT: 3,
  EARLIEST_TIME: 4,
  EARLIEST: 5,
  LATEST_TIME: 6,
  LATEST: 7,
  VALUES: 8,
  /** How many cells there are, those of the aggregate included. */
  CELLS: 8 + AGGREGATE.CELLS,
} as const;
const { START, REVISION, SENT, COUNT, EARLIEST_TIME, EARLIEST, LATEST_TIME, LATEST, VALUES } = PANE;
const { HEAD, TAIL } = RING;
const { TIME, VALUE } = RECORD;

/**
 * The panes of aligned windows (Li, Maier, Tufte, Papadimos, Tucker: No Pane, No Gain), a ring per key sorted by
 * start. A record is added to one pane; a window combines the panes from its own start on:
 *
 *   pane      │ 0   │ 1   │ 2   │ 3   │
 *   window    [ 0 + 1 + 2 ]                           size = 3 · step
 *                   [ 1 + 2 + 3 ]
 */
export class Panes {
  readonly rings = new KeyRings(PANE.CELLS);
  /** A start to look for: a field, as a double that is handed over may be boxed. */
  soughtMs = Number.POSITIVE_INFINITY;
  declare private readonly sizeMs: number;
  readonly #aggregate = new Float64Array(AGGREGATE.CELLS);

  constructor(sizeMs: number) {
    this.sizeMs = sizeMs;
  }

  startAt(ring: number, position: number): number {
    return this.rings.cells[this.rings.at(ring, position) + START]!;
  }

  /** First position with a start at or after `soughtMs`. From the newest on: few windows are open. */
  firstSought(ring: number): number {
    const startMs = this.soughtMs;
    let position = this.rings.ints[ring + TAIL]!;
    const head = this.rings.ints[ring + HEAD]!;
    while (position > head && this.startAt(ring, position - 1) >= startMs) position--;
    return position;
  }

  /** Makes an empty entry at a position unless the one that starts at `soughtMs` is there; returns whether it did. */
  findOrOpen(ring: number, position: number): boolean {
    const startMs = this.soughtMs;
    const { rings } = this;
    const tail = rings.ints[ring + TAIL]!;
    if (position < tail && this.startAt(ring, position) === startMs) return false;
    const at = position === tail ? rings.append(ring) : rings.insert(ring, position);
    const { cells } = rings;
    cells[at + START] = startMs;
    cells[at + REVISION] = 0;
    cells[at + SENT] = Number.NEGATIVE_INFINITY;
    cells[at + COUNT] = 0;
    cells[at + EARLIEST_TIME] = Number.POSITIVE_INFINITY;
    cells[at + EARLIEST] = 0;
    cells[at + LATEST_TIME] = Number.NEGATIVE_INFINITY;
    cells[at + LATEST] = 0;
    clearAggregate(cells, at + VALUES);
    return true;
  }

  /** Offsets ascend, so a record is earliest only when it is before all others, and latest unless one is after it. */
  add(ring: number, position: number, record: Float64Array): void {
    const { cells } = this.rings;
    const at = this.rings.at(ring, position);
    const timeMs = record[TIME]!;
    cells[at + COUNT]! += 1;
    if (timeMs < cells[at + EARLIEST_TIME]!) {
      cells[at + EARLIEST_TIME] = timeMs;
      cells[at + EARLIEST] = record[VALUE]!;
    }
    if (timeMs >= cells[at + LATEST_TIME]!) {
      cells[at + LATEST_TIME] = timeMs;
      cells[at + LATEST] = record[VALUE]!;
    }
    addRecord(cells, at + VALUES, at + VALUES, record, 0);
  }

  /** Combines the panes of the window that starts at a position. */
  fill(result: WindowResult, ring: number, position: number): void {
    const { rings } = this;
    const { cells } = rings;
    const tail = rings.ints[ring + TAIL]!;
    const aggregate = this.#aggregate;
    const first = rings.at(ring, position);
    const startMs = cells[first + START]!;
    const endMs = startMs + this.sizeMs;
    copyAggregate(aggregate, 0, cells, first + VALUES);
    let count = cells[first + COUNT]!;
    let earliest = first;
    let latest = first;
    for (let next = position + 1; next < tail; next++) {
      const at = rings.at(ring, next);
      if (cells[at + START]! >= endMs) break;
      if (cells[at + COUNT] === 0) continue;
      if (count === 0) earliest = at;
      latest = at;
      count += cells[at + COUNT]!;
      combine(aggregate, 0, aggregate, 0, cells, at + VALUES);
    }
    fillResult(result, aggregate, 0, count);
    result.startMs = startMs;
    result.endMs = endMs;
    result.earliest = cells[earliest + EARLIEST]!;
    result.latest = cells[latest + LATEST]!;
    const revision = cells[first + REVISION]! + 1;
    cells[first + REVISION] = revision;
    result.revision = revision;
  }

  dropClosed(ring: number, { horizonMs }: Watermark): void {
    const head = this.rings.ints[ring + HEAD]!;
    const tail = this.rings.ints[ring + TAIL]!;
    let open = head;
    while (open < tail && this.startAt(ring, open) + this.sizeMs <= horizonMs) open++;
    if (open !== head) this.rings.dropBefore(ring, open);
  }

  openWindows(horizonMs: number): OpenWindow[] {
    const { rings } = this;
    const open: OpenWindow[] = [];
    for (const key of rings.keys()) {
      const ring = rings.ring(key);
      for (let position = rings.ints[ring + HEAD]!; position < rings.ints[ring + TAIL]!; position++) {
        const at = rings.at(ring, position);
        const closesMs = rings.cells[at + START]! + this.sizeMs;
        const offset = rings.cells[at + VALUES + AGGREGATE.HIGHEST_OFFSET]!;
        if (closesMs > horizonMs) open.push({ closesMs, offset, key });
      }
    }
    return open;
  }

  openCount(horizonMs: number, fromKey: number, toKey: number): number {
    const { rings } = this;
    let count = 0;
    for (let key = fromKey; key < Math.min(toKey, rings.known); key++) {
      const ring = rings.ring(key);
      for (let position = rings.ints[ring + TAIL]! - 1; position >= rings.ints[ring + HEAD]!; position--) {
        if (rings.cells[rings.at(ring, position) + START]! + this.sizeMs <= horizonMs) break;
        count++;
      }
    }
    return count;
  }

  snapshot(writer: SnapshotWriter): void {
    snapshotRings(writer, this.rings, PANE.CELLS);
  }

  restore(reader: SnapshotReader): void {
    restoreRings(reader, this.rings, PANE.CELLS);
  }
}
