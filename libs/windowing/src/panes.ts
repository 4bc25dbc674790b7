import {
  AGGREGATE_CELLS,
  addAggregate,
  addValue,
  clearAggregate,
  copyAggregate,
  HIGHEST_OFFSET,
} from './aggregate.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings } from './key-rings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowResult } from './types.ts';
import type { OpenWindow } from './windows.ts';

// One ring entry per window that holds a record. It is the state of the window that starts here, and the pane
// [start, start + step): the records between this start and the next possible one.
export const START = 0;
export const REVISION = 1;
/** Watermark when the window was last sent. */
export const SENT = 2;
/** Of the pane, like all that follows. */
const COUNT = 3;
const EARLIEST_TIME = 4;
const EARLIEST = 5;
const LATEST_TIME = 6;
const LATEST = 7;
const AGGREGATE = 8;
const ENTRY_CELLS = AGGREGATE + AGGREGATE_CELLS;

/**
 * The panes of aligned windows (Li, Maier, Tufte, Papadimos, Tucker: No Pane, No Gain), a ring per key sorted by
 * start. A record is added to one pane; a window combines the panes from its own start on:
 *
 *   pane      │ 0   │ 1   │ 2   │ 3   │
 *   window    [ 0 + 1 + 2 ]                           size = 3 · step
 *                   [ 1 + 2 + 3 ]
 */
export class Panes {
  readonly rings = new KeyRings(ENTRY_CELLS);
  readonly #sizeMs: number;
  readonly #aggregate = new Float64Array(AGGREGATE_CELLS);

  constructor(sizeMs: number) {
    this.#sizeMs = sizeMs;
  }

  startAt(key: number, position: number): number {
    return this.rings.cells[this.rings.at(key, position) + START]!;
  }

  /** From the newest on: few windows are open. */
  firstAtOrAfter(key: number, startMs: number): number {
    let position = this.rings.tail[key]!;
    const head = this.rings.head[key]!;
    while (position > head && this.startAt(key, position - 1) >= startMs) position--;
    return position;
  }

  /** Makes an empty entry at a position unless the one with this start is there; returns whether it did. */
  findOrOpen(key: number, position: number, startMs: number): boolean {
    const { rings } = this;
    const tail = rings.tail[key]!;
    if (position < tail && this.startAt(key, position) === startMs) return false;
    const at = position === tail ? rings.append(key) : rings.insert(key, position);
    const { cells } = rings;
    cells[at + START] = startMs;
    cells[at + REVISION] = 0;
    cells[at + SENT] = Number.NEGATIVE_INFINITY;
    cells[at + COUNT] = 0;
    cells[at + EARLIEST_TIME] = Number.POSITIVE_INFINITY;
    cells[at + EARLIEST] = 0;
    cells[at + LATEST_TIME] = Number.NEGATIVE_INFINITY;
    cells[at + LATEST] = 0;
    clearAggregate(cells, at + AGGREGATE);
    return true;
  }

  /** Offsets ascend, so a record is earliest only when it is before all others, and latest unless one is after it. */
  add(key: number, position: number, timeMs: number, value: number, offset: number): void {
    const { cells } = this.rings;
    const at = this.rings.at(key, position);
    cells[at + COUNT]! += 1;
    if (timeMs < cells[at + EARLIEST_TIME]!) {
      cells[at + EARLIEST_TIME] = timeMs;
      cells[at + EARLIEST] = value;
    }
    if (timeMs >= cells[at + LATEST_TIME]!) {
      cells[at + LATEST_TIME] = timeMs;
      cells[at + LATEST] = value;
    }
    addValue(cells, at + AGGREGATE, value, offset);
  }

  /** Combines the panes of the window that starts at a position. */
  fill(result: WindowResult, key: number, position: number): void {
    const { cells, tail } = this.rings;
    const first = this.rings.at(key, position);
    const startMs = cells[first + START]!;
    const endMs = startMs + this.#sizeMs;
    copyAggregate(this.#aggregate, 0, cells, first + AGGREGATE);
    let count = cells[first + COUNT]!;
    result.earliest = cells[first + EARLIEST]!;
    result.latest = cells[first + LATEST]!;
    for (let next = position + 1; next < tail[key]!; next++) {
      const at = this.rings.at(key, next);
      if (cells[at + START]! >= endMs) break;
      if (cells[at + COUNT] === 0) continue;
      if (count === 0) result.earliest = cells[at + EARLIEST]!;
      result.latest = cells[at + LATEST]!;
      count += cells[at + COUNT]!;
      addAggregate(this.#aggregate, 0, cells, at + AGGREGATE);
    }
    fillResult(result, this.#aggregate, 0, count);
    result.key = key;
    result.startMs = startMs;
    result.endMs = endMs;
    result.revision = ++cells[first + REVISION]!;
  }

  dropClosed(key: number, horizonMs: number): void {
    const head = this.rings.head[key]!;
    const tail = this.rings.tail[key]!;
    let open = head;
    while (open < tail && this.startAt(key, open) + this.#sizeMs <= horizonMs) open++;
    if (open === head) return;
    this.rings.dropBefore(key, open);
  }

  openWindows(horizonMs: number): OpenWindow[] {
    const open: OpenWindow[] = [];
    for (const key of this.rings.keys()) {
      for (let position = this.rings.head[key]!; position < this.rings.tail[key]!; position++) {
        const at = this.rings.at(key, position);
        const closesMs = this.rings.cells[at + START]! + this.#sizeMs;
        const offset = this.rings.cells[at + AGGREGATE + HIGHEST_OFFSET]!;
        if (closesMs > horizonMs) open.push({ closesMs, offset, key });
      }
    }
    return open;
  }

  snapshot(writer: SnapshotWriter): void {
    this.rings.snapshot(writer, ENTRY_CELLS);
  }

  restore(reader: SnapshotReader): void {
    this.rings.restore(reader, ENTRY_CELLS);
  }
}
