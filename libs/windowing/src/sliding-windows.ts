import { AGGREGATE_CELLS } from './aggregate.ts';
import { ClosingQueue } from './closing-queue.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings } from './key-rings.ts';
import { RangeCursor, skipCursor } from './range-cursor.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, type Windows } from './windows.ts';

// One ring entry per record. Records of one event time share a window; its state lies with the last of them.
const TIME = 0;
const VALUE = 1;
const OFFSET = 2;
/** How often the window that ends here was sent; NO_WINDOW: the record came too late to open it. */
const REVISION = 3;
/** Watermark when it was last sent. */
const SENT = 4;
const RECORD_CELLS = 5;
const NO_WINDOW = -1;
const TIDY_EVERY = 64;

/**
 * One window per distinct event time e: all records in [e - size, e], both ends inside.
 *
 *   records   ──a────b──c─────────d───►          time
 *             [─────────c]                       window of c: a b c
 *                  [────────────d]               window of d: b c d
 *
 * A record counts in the window that ends at its own time, and in all that end within size after it. The ring of a
 * key is sorted by (event time, offset), so a window is a range of it, and two cursors walk over these ranges:
 * one for updates, at the newest records, one for final results, at the horizon.
 */
export class SlidingWindows implements Windows {
  closesAllMs = Number.NEGATIVE_INFINITY;
  readonly #sizeMs: number;
  readonly #intervalMs: number;
  readonly #rings: KeyRings;
  readonly #updates: RangeCursor | undefined;
  readonly #finals: RangeCursor | undefined;
  readonly #closing = new ClosingQueue();
  readonly #aggregate = new Float64Array(AGGREGATE_CELLS);
  /** What the last enter changed: windows from this position on that end at or before `#changedToMs`. */
  #changedKey = 0;
  #changedFrom = 0;
  #changedToMs = Number.NEGATIVE_INFINITY;

  constructor(definition: WindowDefinition, updateIntervalMs: number) {
    const { emit, sizeMs } = definition;
    this.#sizeMs = sizeMs;
    this.#intervalMs = emit === 'updates' ? Number.NEGATIVE_INFINITY : updateIntervalMs;
    this.#rings = new KeyRings(RECORD_CELLS + (emit === 'both' ? 2 : 1) * AGGREGATE_CELLS);
    const cells = { value: VALUE, offset: OFFSET, slot: RECORD_CELLS };
    if (emit !== 'final') this.#updates = new RangeCursor(this.#rings, cells);
    if (emit === 'both') cells.slot += AGGREGATE_CELLS;
    if (emit !== 'updates') this.#finals = new RangeCursor(this.#rings, cells);
  }

  get dueMs(): number {
    return this.#closing.dueMs;
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return timeMs + this.#sizeMs >= horizonMs;
  }

  enter(key: number, timeMs: number, value: number, offset: number, horizonMs: number): number {
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    if (timeMs + this.#sizeMs < horizonMs) return MISSED;
    const isOpen = timeMs >= horizonMs;
    const position = this.#place(key, timeMs, horizonMs);
    const { cells } = this.#rings;
    const at = this.#rings.at(key, position);
    cells[at + TIME] = timeMs;
    cells[at + VALUE] = value;
    cells[at + OFFSET] = offset;
    const before = position > this.#rings.head[key]! ? this.#rings.at(key, position - 1) : -1;
    if (before !== -1 && cells[before + TIME] === timeMs) {
      cells[at + REVISION] = cells[before + REVISION]!;
      cells[at + SENT] = cells[before + SENT]!;
    } else {
      cells[at + REVISION] = isOpen ? 0 : NO_WINDOW;
      cells[at + SENT] = Number.NEGATIVE_INFINITY;
      if (isOpen) this.#opened(key, timeMs);
    }
    if (this.#updates !== undefined) {
      this.#changedKey = key;
      this.#changedFrom = isOpen ? position : this.#firstAtOrAfter(key, horizonMs);
      this.#changedToMs = timeMs + this.#sizeMs;
    }
    return isOpen ? ACCEPTED : MISSED | ACCEPTED;
  }

  expiryMs(key: number): number {
    if (!this.#rings.has(key)) return Number.NEGATIVE_INFINITY;
    return this.#timeAt(key, this.#rings.tail[key]! - 1) + this.#sizeMs + 1;
  }

  nextUpdate(result: WindowResult, watermarkMs: number): boolean {
    const key = this.#changedKey;
    const { cells, tail } = this.#rings;
    while (this.#changedToMs !== Number.NEGATIVE_INFINITY && this.#changedFrom < tail[key]!) {
      const position = this.#changedFrom++;
      const at = this.#rings.at(key, position);
      const endMs = cells[at + TIME]!;
      if (endMs > this.#changedToMs) break;
      if (position + 1 < tail[key]! && this.#timeAt(key, position + 1) === endMs) continue;
      const revision = cells[at + REVISION]!;
      if (revision === NO_WINDOW) continue;
      if (revision > 0 && watermarkMs - cells[at + SENT]! < this.#intervalMs) continue;
      cells[at + SENT] = watermarkMs;
      this.#fill(result, this.#updates!, key, position);
      result.isFinal = false;
      return true;
    }
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    return false;
  }

  takeFinal(result: WindowResult): void {
    const endMs = this.#closing.dueMs - 1;
    const key = this.#closing.pop();
    const cursor = this.#finals!;
    let next = cursor.isSet(key) ? Math.max(cursor.high[key]!, this.#rings.head[key]!) : -1;
    if (next === -1) next = this.#firstAtOrAfter(key, endMs + 1);
    else while (next < this.#rings.tail[key]! && this.#timeAt(key, next) <= endMs) next++;
    this.#fill(result, cursor, key, next - 1);
    result.isFinal = true;
  }

  release(key: number): void {
    this.#rings.release(key);
    this.#updates?.reset(key);
    this.#finals?.reset(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.#rings.snapshot(writer, RECORD_CELLS);
    const keys = this.#rings.keys();
    for (const cursor of [this.#updates, this.#finals]) {
      writer.number(cursor === undefined ? 0 : 1);
      cursor?.snapshot(writer, keys);
    }
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.#rings.restore(reader, RECORD_CELLS);
    const keys = this.#rings.keys();
    for (const cursor of [this.#updates, this.#finals]) {
      for (const key of keys) cursor?.ensure(key);
      // Without a cursor of ours, what was there before settings changed is only read over.
      if (reader.number() === 0) continue;
      if (cursor === undefined) skipCursor(reader, keys);
      else cursor.restore(reader, keys);
    }
    const closing = this.#finals === undefined ? new ClosingQueue() : this.#closing;
    closing.restore(reader);
    if (this.#finals !== undefined && !owedFinals) this.#queueOpenWindows(keys, horizonMs);
  }

  /** Makes room for a record behind all of its own and earlier times; returns its position. */
  #place(key: number, timeMs: number, horizonMs: number): number {
    const rings = this.#rings;
    if (rings.has(key)) this.#tidy(key, horizonMs);
    if (!rings.has(key)) {
      this.#updates?.ensure(key);
      this.#finals?.ensure(key);
    }
    const tail = rings.tail[key]!;
    if (tail === rings.head[key]! || this.#timeAt(key, tail - 1) <= timeMs) {
      rings.append(key);
      return tail;
    }
    const position = this.#firstAtOrAfter(key, timeMs + 1);
    rings.insert(key, position);
    this.#updates?.inserted(key, position);
    this.#finals?.inserted(key, position);
    return position;
  }

  /** Drops records that no open window and none to come can hold. */
  #tidy(key: number, horizonMs: number): void {
    const rings = this.#rings;
    const tail = rings.tail[key]!;
    const isDead = this.#timeAt(key, tail - 1) + this.#sizeMs < horizonMs;
    if (isDead) {
      // As if the key were new: results must not depend on whether it was released in between.
      rings.dropBefore(key, tail);
      this.#updates?.reset(key);
      this.#finals?.reset(key);
      return;
    }
    const isFull = rings.isFull(key);
    // Not at every record: the oldest ones are far away in memory.
    if (!isFull && tail % TIDY_EVERY !== 0) return;
    const head = rings.head[key]!;
    const alive = this.#firstAtOrAfter(key, horizonMs - this.#sizeMs);
    if (alive !== head) rings.dropBefore(key, alive);
    // A ring that is full again at once would be tidied at every record.
    if (isFull && (alive - head) * 8 < tail - head) rings.grow(key);
    const shift = rings.rebase(key);
    if (shift === 0) return;
    this.#updates?.rebased(key, shift);
    this.#finals?.rebased(key, shift);
  }

  #opened(key: number, endMs: number): void {
    if (endMs + 1 > this.closesAllMs) this.closesAllMs = endMs + 1;
    if (this.#finals !== undefined) this.#closing.push(endMs + 1, key);
  }

  #fill(result: WindowResult, cursor: RangeCursor, key: number, position: number): void {
    const rings = this.#rings;
    const at = rings.at(key, position);
    const endMs = rings.cells[at + TIME]!;
    const startMs = endMs - this.#sizeMs;
    let low = -1;
    if (cursor.isSet(key) && position + 1 >= cursor.high[key]!) {
      low = Math.max(cursor.low[key]!, rings.head[key]!);
      while (this.#timeAt(key, low) < startMs) low++;
    } else {
      low = this.#firstAtOrAfter(key, startMs);
    }
    cursor.moveTo(key, low, position + 1, this.#aggregate);
    fillResult(result, this.#aggregate, 0, position + 1 - low);
    result.key = key;
    result.startMs = startMs;
    result.endMs = endMs;
    result.earliest = rings.cells[rings.at(key, low) + VALUE]!;
    result.latest = rings.cells[at + VALUE]!;
    result.revision = ++rings.cells[at + REVISION]!;
  }

  #timeAt(key: number, position: number): number {
    return this.#rings.cells[this.#rings.at(key, position) + TIME]!;
  }

  #firstAtOrAfter(key: number, timeMs: number): number {
    let low = this.#rings.head[key]!;
    let high = this.#rings.tail[key]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timeAt(key, middle) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** After a change from `updates`: open windows owe a final now. In order of end, then of arrival. */
  #queueOpenWindows(keys: number[], horizonMs: number): void {
    const open: { endMs: number; offset: number; key: number }[] = [];
    for (const key of keys) {
      const tail = this.#rings.tail[key]!;
      for (let position = this.#firstAtOrAfter(key, horizonMs); position < tail; position++) {
        const endMs = this.#timeAt(key, position);
        if (position + 1 < tail && this.#timeAt(key, position + 1) === endMs) continue;
        const at = this.#rings.at(key, position);
        if (this.#rings.cells[at + REVISION] === NO_WINDOW) continue;
        open.push({ endMs, offset: this.#rings.cells[at + OFFSET]!, key });
      }
    }
    open.sort((a, b) => a.endMs - b.endMs || a.offset - b.offset);
    for (const { endMs, key } of open) this.#closing.push(endMs + 1, key);
  }
}
