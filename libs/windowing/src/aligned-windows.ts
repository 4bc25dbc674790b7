import { ClosingQueue } from './closing-queue.ts';
import { Panes, REVISION, SENT, START } from './panes.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, queueOpenWindows, type Windows } from './windows.ts';

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
  readonly #panes: Panes;
  readonly #closing = new ClosingQueue();
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
    this.#panes = new Panes(sizeMs);
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
    const panes = this.#panes;
    if (panes.rings.has(key)) panes.dropClosed(key, horizonMs);
    panes.rings.rebase(key);
    this.#changedKey = key;
    this.#changedFrom = panes.firstAtOrAfter(key, firstOpenMs);
    if (this.#sendsUpdates) this.#changedToMs = lastMs;

    let position = this.#changedFrom;
    for (let startMs = firstOpenMs; startMs <= lastMs; startMs += this.#stepMs) {
      if (panes.findOrOpen(key, position++, startMs)) this.#opened(key, startMs + this.#sizeMs);
    }
    panes.add(key, position - 1, timeMs, value, offset);
    return firstOpenMs === firstMs ? ACCEPTED : MISSED | ACCEPTED;
  }

  expiryMs(key: number): number {
    const { rings } = this.#panes;
    if (!rings.has(key)) return Number.NEGATIVE_INFINITY;
    return this.#panes.startAt(key, rings.tail[key]! - 1) + this.#sizeMs;
  }

  nextUpdate(result: WindowResult, watermarkMs: number): boolean {
    const key = this.#changedKey;
    const { rings } = this.#panes;
    const { cells, tail } = rings;
    while (this.#changedToMs !== Number.NEGATIVE_INFINITY && this.#changedFrom < tail[key]!) {
      const position = this.#changedFrom++;
      const at = rings.at(key, position);
      if (cells[at + START]! > this.#changedToMs) break;
      if (cells[at + REVISION]! > 0 && watermarkMs - cells[at + SENT]! < this.#intervalMs) continue;
      cells[at + SENT] = watermarkMs;
      this.#panes.fill(result, key, position);
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
    const position = this.#panes.firstAtOrAfter(key, startMs);
    this.#panes.fill(result, key, position);
    result.isFinal = true;
    this.#panes.rings.dropBefore(key, position + 1);
  }

  release(key: number): void {
    this.#panes.rings.release(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.#panes.snapshot(writer);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader, horizonMs: number, owedFinals: boolean): void {
    this.closesAllMs = reader.number();
    this.#panes.restore(reader);
    const closing = this.#owesFinals ? this.#closing : new ClosingQueue();
    closing.restore(reader);
    if (this.#owesFinals && !owedFinals) queueOpenWindows(this.#closing, this.#panes.openWindows(horizonMs));
  }

  #paneStart(timeMs: number): number {
    return Math.floor(timeMs / this.#stepMs) * this.#stepMs;
  }

  #opened(key: number, endMs: number): void {
    if (endMs > this.closesAllMs) this.closesAllMs = endMs;
    if (this.#owesFinals) this.#closing.push(endMs, key);
  }
}
