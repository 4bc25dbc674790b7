import { ClosingQueue } from './closing-queue.ts';
import { RING } from './key-rings.ts';
import { PANE, Panes } from './panes.ts';
import { RECORD } from './record-cells.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import type { Watermark } from './watermark.ts';
import { ENTRY, queueOpenWindows, UPDATE, type Windows } from './windows.ts';

const { HEAD, TAIL } = RING;
const { TIME, EXPIRY } = RECORD;
const { START, REVISION, SENT, COUNT } = PANE;
const { MISSED, ACCEPTED, CHANGED, QUEUED } = ENTRY;
const { SENT_NONE, SENT_LAST, SENT_MORE_MAY_FOLLOW } = UPDATE;

/**
 * Tumbling and hopping windows: [start, start + size) for every multiple of step since the epoch. Tumbling: step = size.
 *
 *   tumbling   │ a   b     │   c       │ d  e      │      size = step
 *   hopping    │ a  b      c     │                        size = 2 · step: every record is in two windows
 *                    │     c  d        e │
 *   panes      │ a  b│     c     │ d   e │                a window is the sum of size / step panes
 *
 * A record goes into one pane. The pane may be shared with windows that are closed: they have been sent. The window
 * that starts with a pane is the last one that needs it, so entries die in order of start.
 *
 * The first record of a pane opens all windows around it that are open yet; those after it find them there, and cost
 * the same whatever the number of windows.
 */
export class AlignedWindows implements Windows {
  closesAllMs = Number.NEGATIVE_INFINITY;
  declare private readonly sizeMs: number;
  declare private readonly stepMs: number;
  declare private readonly intervalMs: number;
  declare private readonly sendsUpdates: boolean;
  declare private readonly owesFinals: boolean;
  declare private readonly watermark: Watermark;
  declare private readonly panes: Panes;
  readonly #closing = new ClosingQueue();
  /** Start of the pane of the record that entered last. */
  #paneMs = Number.POSITIVE_INFINITY;
  /** What the last enter changed: windows at positions [from, to). */
  #changedKey = 0;
  #changedRing = 0;
  #changedFrom = 0;
  #changedTo = 0;

  constructor(definition: WindowDefinition, updateIntervalMs: number, watermark: Watermark) {
    const { emit, sizeMs, stepMs } = definition;
    this.sizeMs = sizeMs;
    this.stepMs = stepMs;
    this.intervalMs = emit === 'updates' ? Number.NEGATIVE_INFINITY : updateIntervalMs;
    this.sendsUpdates = emit !== 'final';
    this.owesFinals = emit !== 'updates';
    this.watermark = watermark;
    this.panes = new Panes(sizeMs);
  }

  get dueMs(): number {
    return this.#closing.dueMs;
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return this.#paneStart(timeMs) + this.sizeMs > horizonMs;
  }

  enter(key: number, record: Float64Array): number {
    const { horizonMs } = this.watermark;
    const timeMs = record[TIME]!;
    // Most records lie in the pane of the one before, whoever's it was: that saves a division.
    if (timeMs < this.#paneMs || timeMs >= this.#paneMs + this.stepMs) this.#paneMs = this.#paneStart(timeMs);
    const lastMs = this.#paneMs;
    const lastEndMs = lastMs + this.sizeMs;
    if (lastEndMs <= horizonMs) return MISSED;
    if (lastEndMs > record[EXPIRY]!) record[EXPIRY] = lastEndMs;
    let entry = lastMs + this.stepMs > horizonMs ? ACCEPTED : MISSED | ACCEPTED;
    const { panes } = this;
    const ring = panes.rings.ring(key);
    let position = this.#paneWithRecords(ring);
    if (position === -1) {
      position = this.#openWindows(key, ring);
      entry |= QUEUED;
    }
    panes.add(ring, position, record);
    if (!this.sendsUpdates) return entry;
    this.#changedKey = key;
    this.#changedRing = ring;
    this.#seekFirstOpen();
    this.#changedFrom = position - (lastMs - panes.soughtMs) / this.stepMs; // all between are open
    this.#changedTo = position + 1;
    return entry | CHANGED;
  }

  expiryMs(key: number): number {
    const { rings } = this.panes;
    const ring = rings.ring(key);
    if (rings.isEmpty(ring)) return Number.NEGATIVE_INFINITY;
    return this.panes.startAt(ring, rings.ints[ring + TAIL]! - 1) + this.sizeMs;
  }

  nextUpdate(result: WindowResult): number {
    const { rings } = this.panes;
    const { cells } = rings;
    const ring = this.#changedRing;
    const { presentMs } = this.watermark;
    while (this.#changedFrom < this.#changedTo) {
      const position = this.#changedFrom++;
      const at = rings.at(ring, position);
      if (cells[at + REVISION]! > 0 && presentMs - cells[at + SENT]! < this.intervalMs) continue;
      cells[at + SENT] = presentMs;
      this.panes.fill(result, ring, position);
      result.key = this.#changedKey;
      result.isFinal = false;
      return this.#changedFrom < this.#changedTo ? SENT_MORE_MAY_FOLLOW : SENT_LAST;
    }
    return SENT_NONE;
  }

  takeFinal(result: WindowResult): void {
    this.panes.soughtMs = this.#closing.dueMs - this.sizeMs;
    const key = this.#closing.pop();
    const ring = this.panes.rings.ring(key);
    // Windows before it were sent, or closed while nothing had to be sent.
    const position = this.panes.firstSought(ring);
    this.panes.fill(result, ring, position);
    result.key = key;
    result.isFinal = true;
    this.panes.rings.dropBefore(ring, position + 1);
  }

  get keysKnown(): number {
    return this.panes.rings.known;
  }

  openCount(fromKey: number, toKey: number): number {
    return this.panes.openCount(this.watermark.horizonMs, fromKey, toKey);
  }

  release(key: number): void {
    this.panes.rings.release(this.panes.rings.ring(key));
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.panes.snapshot(writer);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.panes.restore(reader);
    const closing = this.owesFinals ? this.#closing : new ClosingQueue();
    closing.restore(reader);
    if (this.owesFinals && !owedFinals) queueOpenWindows(this.#closing, this.panes.openWindows(horizonMs));
  }

  #paneStart(timeMs: number): number {
    return Math.floor(timeMs / this.stepMs) * this.stepMs;
  }

  /** Has the panes look for the first open window that holds the pane at `#paneMs`, itself open. */
  #seekFirstOpen(): void {
    const { horizonMs } = this.watermark;
    const firstMs = this.#paneMs - this.sizeMs + this.stepMs;
    const isOpen = firstMs + this.sizeMs > horizonMs;
    this.panes.soughtMs = isOpen ? firstMs : this.#paneStart(horizonMs - this.sizeMs) + this.stepMs;
  }

  /** Position of the pane that starts at `#paneMs` if a record is in it, else -1. */
  #paneWithRecords(ring: number): number {
    const { rings } = this.panes;
    const { cells, ints } = rings;
    const startMs = this.#paneMs;
    const head = ints[ring + HEAD]!;
    for (let position = ints[ring + TAIL]! - 1; position >= head; position--) {
      const at = rings.at(ring, position);
      if (cells[at + START]! > startMs) continue;
      return cells[at + START] === startMs && cells[at + COUNT]! > 0 ? position : -1;
    }
    return -1;
  }

  /** Opens the windows that hold the pane at `#paneMs` and are not closed; returns the position of the pane. */
  #openWindows(key: number, ring: number): number {
    const { panes } = this;
    panes.dropClosed(ring, this.watermark);
    panes.rings.rebase(ring);
    this.#seekFirstOpen();
    let position = panes.firstSought(ring);
    for (; panes.soughtMs <= this.#paneMs; panes.soughtMs += this.stepMs) {
      if (!panes.findOrOpen(ring, position++)) continue;
      const endMs = panes.soughtMs + this.sizeMs;
      if (endMs > this.closesAllMs) this.closesAllMs = endMs;
      if (!this.owesFinals) continue;
      this.#closing.pushedMs = endMs;
      this.#closing.push(key);
    }
    return position - 1;
  }
}
