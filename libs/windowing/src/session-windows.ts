import { AGGREGATE_CELLS, addAggregate, addValue, clearAggregate } from './aggregate.ts';
import { ClosingQueue } from './closing-queue.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings } from './key-rings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, type Windows } from './windows.ts';

// One ring entry per open session, in order of time.
const FIRST = 0;
const LAST = 1;
const COUNT = 2;
const EARLIEST = 3;
const LATEST = 4;
const AGGREGATE = 5;
const ENTRY_CELLS = AGGREGATE + AGGREGATE_CELLS;

/**
 * Sessions: records at most `gap` apart, from the first event time to the last, both inside.
 *
 *   ──a──b─c──────────────d──e────►      gap ▭▭▭▭▭
 *     [─────]▭▭▭▭▭        [──]▭▭▭▭▭
 *   a record between c and d that is within gap of both joins the two
 *
 * Sessions are sent when they close. The queue holds one pair per key, for its oldest session; a session that grew
 * since is found out when its old closing time is due, and queued again.
 */
export class SessionWindows implements Windows {
  closesAllMs = Number.NEGATIVE_INFINITY;
  readonly #gapMs: number;
  readonly #rings = new KeyRings(ENTRY_CELLS);
  readonly #closing = new ClosingQueue();
  /** The queued time that counts for a key; Infinity: none. Others of the key are stale. */
  #queued = new Float64Array(16).fill(Number.POSITIVE_INFINITY);

  constructor(definition: WindowDefinition) {
    this.#gapMs = definition.sizeMs;
  }

  /** Tidies the queue until its first pair is a session as it is now. */
  get dueMs(): number {
    const closing = this.#closing;
    for (;;) {
      const { dueMs } = closing;
      if (dueMs === Number.POSITIVE_INFINITY) return dueMs;
      const key = closing.firstKey;
      if (this.#queued[key] === dueMs) {
        const closesMs = this.#closesAt(key, this.#rings.head[key]!);
        if (closesMs === dueMs) return dueMs;
        closing.pop();
        this.#queued[key] = closesMs;
        closing.push(closesMs, key);
      } else {
        closing.pop();
      }
    }
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return timeMs + this.#gapMs >= horizonMs;
  }

  enter(key: number, timeMs: number, value: number, offset: number, horizonMs: number): number {
    const rings = this.#rings;
    if (rings.has(key)) rings.rebase(key);
    const gapMs = this.#gapMs;
    let position = rings.tail[key]!;
    while (position > rings.head[key]! && this.#get(key, position - 1, LAST) + gapMs >= timeMs) position--;
    const isNear = position < rings.tail[key]! && this.#get(key, position, FIRST) - gapMs <= timeMs;
    if (!isNear) {
      if (!this.canEnter(timeMs, horizonMs)) return MISSED;
      this.#open(key, position, timeMs);
    }
    this.#add(rings.at(key, position), timeMs, value, offset);
    const next = position + 1;
    if (next < rings.tail[key]! && this.#get(key, next, FIRST) - gapMs <= timeMs) this.#join(key, position);

    const closesMs = this.#closesAt(key, position);
    if (closesMs > this.closesAllMs) this.closesAllMs = closesMs;
    if (position === rings.head[key]!) this.#queue(key, closesMs);
    return ACCEPTED;
  }

  expiryMs(key: number): number {
    if (!this.#rings.has(key)) return Number.NEGATIVE_INFINITY;
    return this.#closesAt(key, this.#rings.tail[key]! - 1);
  }

  nextUpdate(): boolean {
    return false;
  }

  takeFinal(result: WindowResult): void {
    const rings = this.#rings;
    const key = this.#closing.pop();
    const position = rings.head[key]!;
    const at = rings.at(key, position);
    fillResult(result, rings.cells, at + AGGREGATE, rings.cells[at + COUNT]!);
    result.key = key;
    result.startMs = rings.cells[at + FIRST]!;
    result.endMs = rings.cells[at + LAST]!;
    result.earliest = rings.cells[at + EARLIEST]!;
    result.latest = rings.cells[at + LATEST]!;
    result.revision = 1;
    result.isFinal = true;
    rings.dropBefore(key, position + 1);
    this.#queued[key] = Number.POSITIVE_INFINITY;
    if (rings.has(key)) this.#queue(key, this.#closesAt(key, position + 1));
  }

  release(key: number): void {
    this.#rings.release(key);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    this.#rings.snapshot(writer, ENTRY_CELLS);
    for (const key of this.#rings.keys()) writer.number(this.#queued[key]!);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.closesAllMs = reader.number();
    this.#rings.restore(reader, ENTRY_CELLS);
    for (const key of this.#rings.keys()) {
      this.#growQueued(key);
      this.#queued[key] = reader.number();
    }
    this.#closing.restore(reader);
  }

  #open(key: number, position: number, timeMs: number): void {
    const rings = this.#rings;
    const at = position === rings.tail[key]! ? rings.append(key) : rings.insert(key, position);
    rings.cells[at + FIRST] = timeMs;
    rings.cells[at + LAST] = timeMs;
    rings.cells[at + COUNT] = 0;
    clearAggregate(rings.cells, at + AGGREGATE);
  }

  /** Offsets ascend: a record goes behind those of its own time. */
  #add(at: number, timeMs: number, value: number, offset: number): void {
    const { cells } = this.#rings;
    const isFirst = cells[at + COUNT] === 0;
    if (isFirst || timeMs < cells[at + FIRST]!) {
      cells[at + FIRST] = timeMs;
      cells[at + EARLIEST] = value;
    }
    if (isFirst || timeMs >= cells[at + LAST]!) {
      cells[at + LAST] = timeMs;
      cells[at + LATEST] = value;
    }
    cells[at + COUNT]! += 1;
    addValue(cells, at + AGGREGATE, value, offset);
  }

  /** Makes one of the sessions at a position and after it. */
  #join(key: number, position: number): void {
    const { cells } = this.#rings;
    const to = this.#rings.at(key, position);
    const from = this.#rings.at(key, position + 1);
    cells[to + LAST] = cells[from + LAST]!;
    cells[to + LATEST] = cells[from + LATEST]!;
    cells[to + COUNT]! += cells[from + COUNT]!;
    addAggregate(cells, to + AGGREGATE, cells, from + AGGREGATE);
    this.#rings.remove(key, position + 1);
  }

  /** A later time than the queued one is found out in `dueMs`. */
  #queue(key: number, closesMs: number): void {
    this.#growQueued(key);
    if (closesMs >= this.#queued[key]!) return;
    this.#queued[key] = closesMs;
    this.#closing.push(closesMs, key);
  }

  #growQueued(key: number): void {
    if (key < this.#queued.length) return;
    const queued = new Float64Array(2 ** Math.ceil(Math.log2(key + 2))).fill(Number.POSITIVE_INFINITY);
    queued.set(this.#queued);
    this.#queued = queued;
  }

  #closesAt(key: number, position: number): number {
    return this.#get(key, position, LAST) + this.#gapMs + 1;
  }

  #get(key: number, position: number, cell: number): number {
    return this.#rings.cells[this.#rings.at(key, position) + cell]!;
  }
}
