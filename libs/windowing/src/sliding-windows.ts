import { AGGREGATE_CELLS } from './aggregate.ts';
import { ClosingQueue } from './closing-queue.ts';
import { fillResult } from './fill-result.ts';
import type { RangeCursor } from './range-cursor.ts';
import { NO_WINDOW, REVISION, SENT, SlidingRecords, TIME, VALUE } from './sliding-records.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, queueOpenWindows, type Windows } from './windows.ts';

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
  readonly #records: SlidingRecords;
  readonly #closing = new ClosingQueue();
  readonly #aggregate = new Float64Array(AGGREGATE_CELLS);
  /** What the last enter changed: windows from this position on that end at or before `#changedToMs`. */
  #changedKey = 0;
  #changedFrom = 0;
  #changedToMs = Number.NEGATIVE_INFINITY;

  constructor(definition: WindowDefinition, updateIntervalMs: number) {
    this.#sizeMs = definition.sizeMs;
    this.#intervalMs = definition.emit === 'updates' ? Number.NEGATIVE_INFINITY : updateIntervalMs;
    this.#records = new SlidingRecords(definition);
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
    const records = this.#records;
    const isOpen = timeMs >= horizonMs;
    const position = records.place(key, timeMs, horizonMs);
    if (records.put(key, position, timeMs, value, offset, isOpen)) this.#opened(key, timeMs);
    if (records.updates !== undefined) {
      this.#changedKey = key;
      this.#changedFrom = isOpen ? position : records.firstAtOrAfter(key, horizonMs);
      this.#changedToMs = timeMs + this.#sizeMs;
    }
    return isOpen ? ACCEPTED : MISSED | ACCEPTED;
  }

  expiryMs(key: number): number {
    const { rings } = this.#records;
    if (!rings.has(key)) return Number.NEGATIVE_INFINITY;
    return this.#records.timeAt(key, rings.tail[key]! - 1) + this.#sizeMs + 1;
  }

  nextUpdate(result: WindowResult, watermarkMs: number): boolean {
    const key = this.#changedKey;
    const records = this.#records;
    const { cells, tail } = records.rings;
    while (this.#changedToMs !== Number.NEGATIVE_INFINITY && this.#changedFrom < tail[key]!) {
      const position = this.#changedFrom++;
      const at = records.rings.at(key, position);
      const endMs = cells[at + TIME]!;
      if (endMs > this.#changedToMs) break;
      if (position + 1 < tail[key]! && records.timeAt(key, position + 1) === endMs) continue;
      const revision = cells[at + REVISION]!;
      if (revision === NO_WINDOW) continue;
      if (revision > 0 && watermarkMs - cells[at + SENT]! < this.#intervalMs) continue;
      cells[at + SENT] = watermarkMs;
      this.#fill(result, records.updates!, key, position);
      result.isFinal = false;
      return true;
    }
    this.#changedToMs = Number.NEGATIVE_INFINITY;
    return false;
  }

  takeFinal(result: WindowResult): void {
    const endMs = this.#closing.dueMs - 1;
    const key = this.#closing.pop();
    const records = this.#records;
    const { head, tail } = records.rings;
    const cursor = records.finals!;
    let next = cursor.isSet(key) ? Math.max(cursor.high[key]!, head[key]!) : -1;
    if (next === -1) next = records.firstAtOrAfter(key, endMs + 1);
    else while (next < tail[key]! && records.timeAt(key, next) <= endMs) next++;
    this.#fill(result, cursor, key, next - 1);
    result.isFinal = true;
  }

  release(key: number): void {
    this.#records.release(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.#records.snapshot(writer);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.#records.restore(reader);
    const owesFinals = this.#records.finals !== undefined;
    const closing = owesFinals ? this.#closing : new ClosingQueue();
    closing.restore(reader);
    if (owesFinals && !owedFinals) queueOpenWindows(this.#closing, this.#records.openWindows(horizonMs));
  }

  #opened(key: number, endMs: number): void {
    if (endMs + 1 > this.closesAllMs) this.closesAllMs = endMs + 1;
    if (this.#records.finals !== undefined) this.#closing.push(endMs + 1, key);
  }

  /** Moves a cursor to the window that ends at a position. */
  #fill(result: WindowResult, cursor: RangeCursor, key: number, position: number): void {
    const records = this.#records;
    const { rings } = records;
    const at = rings.at(key, position);
    const endMs = rings.cells[at + TIME]!;
    const startMs = endMs - this.#sizeMs;
    let low = -1;
    if (cursor.isSet(key) && position + 1 >= cursor.high[key]!) {
      low = Math.max(cursor.low[key]!, rings.head[key]!);
      while (records.timeAt(key, low) < startMs) low++;
    } else {
      low = records.firstAtOrAfter(key, startMs);
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
}
