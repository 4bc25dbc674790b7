import {
  AGGREGATE_CELLS,
  addAggregate,
  addValue,
  clearAggregate,
  copyAggregate,
  HIGHEST_OFFSET,
} from './aggregate.ts';
import { ClosingQueue } from './closing-queue.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings } from './key-rings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, type Windows } from './windows.ts';

// One ring entry per window that holds a record. It is the state of the window that starts here, and the pane
// [start, start + step): the records between this start and the next possible one.
const START = 0;
const REVISION = 1;
/** Watermark when the window was last sent. */
const SENT = 2;
/** Of the pane, like all that follows. */
const COUNT = 3;
const EARLIEST_TIME = 4;
const EARLIEST = 5;
const LATEST_TIME = 6;
const LATEST = 7;
const AGGREGATE = 8;
const ENTRY_CELLS = AGGREGATE + AGGREGATE_CELLS;

/**
 * Windows [start, start + size), one at every multiple of step since the epoch. Tumbling: step = size.
 *
 *   tumbling   │ a   b     │   c       │ d  e      │      size = step
 *   hopping    │ a  b      c     │                        size = 2 · step: every record is in two windows
 *                    │     c  d        e │
 *   panes      │ a  b│     c     │ d   e │                a window is the sum of size / step panes
 *
 * A record goes into one pane. The pane may be shared with windows that are closed: they have been sent. The window
 * that starts with a pane is the last one that needs it, so entries die in order of start.
 */
export class AlignedWindows implements Windows {
  closesAllMs = Number.NEGATIVE_INFINITY;
  readonly #sizeMs: number;
  readonly #stepMs: number;
  readonly #intervalMs: number;
  readonly #sendsUpdates: boolean;
  readonly #owesFinals: boolean;
  readonly #rings = new KeyRings(ENTRY_CELLS);
  readonly #closing = new ClosingQueue();
  readonly #aggregate = new Float64Array(AGGREGATE_CELLS);
  /** What the last enter changed: windows from this position on that start at or before `#changedToMs`. */
  #changedKey = 0;
  #changedFrom = 0;
  #changedToMs = Number.NEGATIVE_INFINITY;

  constructor(definition: WindowDefinition, updateIntervalMs: number) {
    const { emit, sizeMs, stepMs } = definition;
    this.#sizeMs = sizeMs;
    this.#stepMs = stepMs;
    this.#intervalMs = emit === 'updates' ? Number.NEGATIVE_INFINITY : updateIntervalMs;
    this.#sendsUpdates = emit !== 'final';
    this.#owesFinals = emit !== 'updates';
  }

  get dueMs(): number {
    return this.#closing.dueMs;
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return this.#paneStart(timeMs) + this.#sizeMs > horizonMs;
  }

  enter(key: number, timeMs: number, value: number, offset: number, horizonMs: number): number {
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    const lastMs = this.#paneStart(timeMs);
    if (lastMs + this.#sizeMs <= horizonMs) return MISSED;
    const firstMs = lastMs - this.#sizeMs + this.#stepMs;
    const firstOpenMs =
      firstMs + this.#sizeMs > horizonMs ? firstMs : this.#paneStart(horizonMs - this.#sizeMs) + this.#stepMs;
    if (this.#rings.has(key)) this.#dropClosed(key, horizonMs);
    this.#rings.rebase(key);
    this.#changedKey = key;
    this.#changedFrom = this.#firstAtOrAfter(key, firstOpenMs);
    if (this.#sendsUpdates) this.#changedToMs = lastMs;

    let position = this.#changedFrom;
    for (let startMs = firstOpenMs; startMs <= lastMs; startMs += this.#stepMs) {
      this.#findOrOpen(key, position++, startMs);
    }
    this.#addToPane(this.#rings.at(key, position - 1), timeMs, value, offset);
    return firstOpenMs === firstMs ? ACCEPTED : MISSED | ACCEPTED;
  }

  expiryMs(key: number): number {
    if (!this.#rings.has(key)) return Number.NEGATIVE_INFINITY;
    return this.#startAt(key, this.#rings.tail[key]! - 1) + this.#sizeMs;
  }

  nextUpdate(result: WindowResult, watermarkMs: number): boolean {
    const key = this.#changedKey;
    const { cells, tail } = this.#rings;
    while (this.#changedToMs !== Number.NEGATIVE_INFINITY && this.#changedFrom < tail[key]!) {
      const position = this.#changedFrom++;
      const at = this.#rings.at(key, position);
      if (cells[at + START]! > this.#changedToMs) break;
      if (cells[at + REVISION]! > 0 && watermarkMs - cells[at + SENT]! < this.#intervalMs) continue;
      cells[at + SENT] = watermarkMs;
      this.#fill(result, key, position);
      result.isFinal = false;
      return true;
    }
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    return false;
  }

  takeFinal(result: WindowResult): void {
    const startMs = this.#closing.dueMs - this.#sizeMs;
    const key = this.#closing.pop();
    // Windows before it were sent, or closed while nothing had to be sent.
    const position = this.#firstAtOrAfter(key, startMs);
    this.#fill(result, key, position);
    result.isFinal = true;
    this.#rings.dropBefore(key, position + 1);
  }

  release(key: number): void {
    this.#rings.release(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.#rings.snapshot(writer, ENTRY_CELLS);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.#rings.restore(reader, ENTRY_CELLS);
    const closing = this.#owesFinals ? this.#closing : new ClosingQueue();
    closing.restore(reader);
    if (this.#owesFinals && !owedFinals) this.#queueOpenWindows(horizonMs);
  }

  #paneStart(timeMs: number): number {
    return Math.floor(timeMs / this.#stepMs) * this.#stepMs;
  }

  #dropClosed(key: number, horizonMs: number): void {
    const head = this.#rings.head[key]!;
    const tail = this.#rings.tail[key]!;
    let open = head;
    while (open < tail && this.#startAt(key, open) + this.#sizeMs <= horizonMs) open++;
    if (open === head) return;
    this.#rings.dropBefore(key, open);
  }

  #findOrOpen(key: number, position: number, startMs: number): void {
    const rings = this.#rings;
    const tail = rings.tail[key]!;
    if (position < tail && this.#startAt(key, position) === startMs) return;
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
    const endMs = startMs + this.#sizeMs;
    if (endMs > this.closesAllMs) this.closesAllMs = endMs;
    if (this.#owesFinals) this.#closing.push(endMs, key);
  }

  /** Offsets ascend, so a record is earliest only when it is before all others, and latest unless one is after it. */
  #addToPane(at: number, timeMs: number, value: number, offset: number): void {
    const { cells } = this.#rings;
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
  #fill(result: WindowResult, key: number, position: number): void {
    const { cells, tail } = this.#rings;
    const first = this.#rings.at(key, position);
    const startMs = cells[first + START]!;
    const endMs = startMs + this.#sizeMs;
    copyAggregate(this.#aggregate, 0, cells, first + AGGREGATE);
    let count = cells[first + COUNT]!;
    result.earliest = cells[first + EARLIEST]!;
    result.latest = cells[first + LATEST]!;
    for (let next = position + 1; next < tail[key]!; next++) {
      const at = this.#rings.at(key, next);
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

  #startAt(key: number, position: number): number {
    return this.#rings.cells[this.#rings.at(key, position) + START]!;
  }

  /** From the newest on: few windows are open. */
  #firstAtOrAfter(key: number, startMs: number): number {
    let position = this.#rings.tail[key]!;
    const head = this.#rings.head[key]!;
    while (position > head && this.#startAt(key, position - 1) >= startMs) position--;
    return position;
  }

  /** After a change from `updates`: open windows owe a final now. In order of end, then of arrival. */
  #queueOpenWindows(horizonMs: number): void {
    const open: { endMs: number; offset: number; key: number }[] = [];
    for (const key of this.#rings.keys()) {
      for (let position = this.#rings.head[key]!; position < this.#rings.tail[key]!; position++) {
        const at = this.#rings.at(key, position);
        const endMs = this.#rings.cells[at + START]! + this.#sizeMs;
        const offset = this.#rings.cells[at + AGGREGATE + HIGHEST_OFFSET]!;
        if (endMs > horizonMs) open.push({ endMs, offset, key });
      }
    }
    open.sort((a, b) => a.endMs - b.endMs || a.offset - b.offset);
    for (const { endMs, key } of open) this.#closing.push(endMs, key);
  }
}
