import { ClosingQueue } from './closing-queue.ts';
import { RING } from './key-rings.ts';
import { countOpenSlidingWindows, openSlidingWindows } from './open-sliding-windows.ts';
import { RECORD } from './record-cells.ts';
import { OPENED, SLIDING, SlidingRecords } from './sliding-records.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import type { Watermark } from './watermark.ts';
import { ENTRY, queueOpenWindows, UPDATE, type Windows } from './windows.ts';

const { HEAD, TAIL } = RING;
const { EXPIRY } = RECORD;
const { TIME, REVISION, SENT, NO_WINDOW } = SLIDING;
const { NOTHING, NEWEST } = OPENED;
const { MISSED, ACCEPTED, CHANGED, QUEUED } = ENTRY;
const { SENT_NONE, SENT_LAST, SENT_MORE_MAY_FOLLOW } = UPDATE;

/**
 * One window per distinct event time e: all records in [e - size, e], both ends inside.
 *
 *   records   ──a────b──c─────────d───►          time
 *             [─────────c]                       window of c: a b c
 *                  [────────────d]               window of d: b c d
 *
 * A record counts in the window that ends at its own time, and in all that end within size after it. The ring of a
 * key is sorted by (event time, offset), so a window is a range of it, and two cursors walk over these ranges:
 * one for updates, at the newest records, one for final results, at the horizon. A late record sends a run of windows
 * again, each one entry further than the one before: the cursor walks over them as over new ones.
 */
export class SlidingWindows implements Windows {
  closesAllMs = Number.NEGATIVE_INFINITY;
  declare private readonly sizeMs: number;
  declare private readonly intervalMs: number;
  declare private readonly watermark: Watermark;
  declare private readonly records: SlidingRecords;
  readonly #closing = new ClosingQueue();
  /** The window that the last enter opened, where its record is the newest: no other can have changed. -1: see below. */
  #newest = -1;
  /** What the last enter changed: windows at positions [from, to) that end at or before `#changedEndMs`. */
  #changedKey = 0;
  #changedRing = 0;
  #changedFrom = 0;
  #changedTo = 0;
  #changedEndMs = Number.NEGATIVE_INFINITY;

  constructor(definition: WindowDefinition, updateIntervalMs: number, watermark: Watermark) {
    this.sizeMs = definition.sizeMs;
    this.intervalMs = definition.emit === 'updates' ? Number.NEGATIVE_INFINITY : updateIntervalMs;
    this.watermark = watermark;
    this.records = new SlidingRecords(definition, watermark);
  }

  get dueMs(): number {
    return this.#closing.dueMs;
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return timeMs + this.sizeMs >= horizonMs;
  }

  enter(key: number, record: Float64Array): number {
    const timeMs = record[TIME]!;
    const { horizonMs } = this.watermark;
    const countsToMs = timeMs + this.sizeMs;
    if (countsToMs < horizonMs) return MISSED;
    if (countsToMs >= record[EXPIRY]!) record[EXPIRY] = countsToMs + 1;
    const records = this.records;
    const ring = records.rings.ring(key);
    const position = records.put(ring, record);
    const isOpen = timeMs >= horizonMs;
    let entry = isOpen ? ACCEPTED : MISSED | ACCEPTED;
    if (records.opened !== NOTHING) {
      if (timeMs >= this.closesAllMs) this.closesAllMs = timeMs + 1;
      if (records.finals !== undefined) {
        this.#closing.pushedMs = timeMs + 1;
        this.#closing.push(key);
        entry |= QUEUED;
      }
    }
    if (records.updates === undefined) return entry;
    this.#changedKey = key;
    this.#changedRing = ring;
    if (records.opened === NEWEST) {
      this.#newest = position;
      return entry | CHANGED;
    }
    this.#changedFrom = isOpen ? position : records.firstAtOrAfter(ring, horizonMs);
    this.#changedTo = records.rings.ints[ring + TAIL]!;
    this.#changedEndMs = countsToMs;
    if (this.#changedFrom < this.#changedTo) entry |= CHANGED;
    return entry;
  }

  expiryMs(key: number): number {
    const { rings } = this.records;
    const ring = rings.ring(key);
    if (rings.isEmpty(ring)) return Number.NEGATIVE_INFINITY;
    return this.records.timeAt(ring, rings.ints[ring + TAIL]! - 1) + this.sizeMs + 1;
  }

  nextUpdate(result: WindowResult): number {
    const records = this.records;
    const ring = this.#changedRing;
    const position = this.#newest;
    if (position >= 0) {
      this.#newest = -1;
      records.updates!.fill(result, ring, position);
      result.revision = 1;
      result.key = this.#changedKey;
      result.isFinal = false;
      return SENT_LAST;
    }
    return this.#nextCorrection(result);
  }

  takeFinal(result: WindowResult): void {
    const endMs = this.#closing.dueMs - 1;
    const key = this.#closing.pop();
    const records = this.records;
    const { rings } = records;
    const ring = rings.ring(key);
    const tail = rings.ints[ring + TAIL]!;
    const cursor = records.finals!;
    let next = cursor.high(ring);
    if (next === -1) next = records.firstAtOrAfter(ring, endMs + 1);
    else {
      next = Math.max(next, rings.ints[ring + HEAD]!);
      while (next < tail && records.timeAt(ring, next) <= endMs) next++;
    }
    cursor.fill(result, ring, next - 1);
    result.revision = ++rings.cells[rings.at(ring, next - 1) + REVISION]!;
    result.key = key;
    result.isFinal = true;
  }

  get keysKnown(): number {
    return this.records.rings.known;
  }

  openCount(fromKey: number, toKey: number): number {
    return countOpenSlidingWindows(this.records, this.watermark.horizonMs, fromKey, toKey);
  }

  release(key: number): void {
    this.records.release(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.records.snapshot(writer);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.records.restore(reader);
    const owesFinals = this.records.finals !== undefined;
    const closing = owesFinals ? this.#closing : new ClosingQueue();
    closing.restore(reader);
    if (owesFinals && !owedFinals)
      queueOpenWindows(this.#closing, openSlidingWindows(this.records, horizonMs));
  }

  /** The next window that the last enter changed, of all that it may have changed. */
  #nextCorrection(result: WindowResult): number {
    const records = this.records;
    const { rings } = records;
    const { cells } = rings;
    const ring = this.#changedRing;
    const { presentMs } = this.watermark;
    while (this.#changedFrom < this.#changedTo) {
      const position = this.#changedFrom++;
      const at = rings.at(ring, position);
      const endMs = cells[at + TIME]!;
      if (endMs > this.#changedEndMs) break;
      if (position + 1 < this.#changedTo && cells[rings.at(ring, position + 1) + TIME] === endMs) continue;
      const revision = cells[at + REVISION]!;
      if (revision === NO_WINDOW) continue;
      if (revision > 0 && presentMs - cells[at + SENT]! < this.intervalMs) continue;
      cells[at + SENT] = presentMs;
      cells[at + REVISION] = revision + 1;
      records.updates!.fill(result, ring, position);
      result.revision = revision + 1;
      result.key = this.#changedKey;
      result.isFinal = false;
      return this.#changedFrom < this.#changedTo ? SENT_MORE_MAY_FOLLOW : SENT_LAST;
    }
    return SENT_NONE;
  }
}
