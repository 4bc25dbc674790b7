import { ClosingQueue } from './closing-queue.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';
import { restoreRings, snapshotRings } from './ring-snapshot.ts';
import { addToSession, joinSessions, openSession, SESSION } from './session-cells.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowDefinition, WindowResult } from './types.ts';
import type { Watermark } from './watermark.ts';
import { ENTRY, UPDATE, type Windows } from './windows.ts';

const { HEAD, TAIL } = RING;
const { TIME, EXPIRY } = RECORD;
const { FIRST, LAST, COUNT, EARLIEST, LATEST, VALUES } = SESSION;
const { MISSED, ACCEPTED, QUEUED } = ENTRY;

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
  declare private readonly gapMs: number;
  declare private readonly watermark: Watermark;
  readonly #rings = new KeyRings(SESSION.CELLS);
  readonly #closing = new ClosingQueue();
  /** The queued time that counts for a key; Infinity: none. Others of the key are stale. */
  #queued = new Float64Array(16).fill(Number.POSITIVE_INFINITY);

  constructor(definition: WindowDefinition, watermark: Watermark) {
    this.gapMs = definition.sizeMs;
    this.watermark = watermark;
  }

  /** Tidies the queue until its first pair is a session as it is now. */
  get dueMs(): number {
    const closing = this.#closing;
    for (;;) {
      const { dueMs } = closing;
      if (dueMs === Number.POSITIVE_INFINITY) return dueMs;
      const key = closing.firstKey;
      if (this.#queued[key] === dueMs) {
        const closesMs = this.#closesAtHead(key);
        if (closesMs === dueMs) return dueMs;
        closing.pop();
        this.#queued[key] = closesMs;
        closing.pushedMs = closesMs;
        closing.push(key);
      } else {
        closing.pop();
      }
    }
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    return timeMs + this.gapMs >= horizonMs;
  }

  enter(key: number, record: Float64Array): number {
    const rings = this.#rings;
    const ring = rings.ring(key);
    rings.rebase(ring);
    const timeMs = record[TIME]!;
    const gapMs = this.gapMs;
    const head = rings.ints[ring + HEAD]!;
    let position = rings.ints[ring + TAIL]!;
    while (position > head && this.#get(ring, position - 1, LAST) + gapMs >= timeMs) position--;
    const isNear = position < rings.ints[ring + TAIL]! && this.#get(ring, position, FIRST) - gapMs <= timeMs;
    if (!isNear) {
      if (!this.canEnter(timeMs, this.watermark.horizonMs)) return MISSED;
      this.#open(ring, position, record);
    }
    addToSession(rings.cells, rings.at(ring, position), record);
    const next = position + 1;
    if (next < rings.ints[ring + TAIL]! && this.#get(ring, next, FIRST) - gapMs <= timeMs) {
      this.#join(ring, position);
    }

    const closesMs = this.#closesAt(ring, position);
    if (closesMs > this.closesAllMs) this.closesAllMs = closesMs;
    if (closesMs > record[EXPIRY]!) record[EXPIRY] = closesMs;
    if (position === rings.ints[ring + HEAD]!) this.#queueHead(key, ring);
    return ACCEPTED | QUEUED;
  }

  expiryMs(key: number): number {
    const ring = this.#rings.ring(key);
    if (this.#rings.isEmpty(ring)) return Number.NEGATIVE_INFINITY;
    return this.#closesAt(ring, this.#rings.ints[ring + TAIL]! - 1);
  }

  nextUpdate(): number {
    return UPDATE.SENT_NONE;
  }

  takeFinal(result: WindowResult): void {
    const rings = this.#rings;
    const key = this.#closing.pop();
    const ring = rings.ring(key);
    const position = rings.ints[ring + HEAD]!;
    const at = rings.at(ring, position);
    fillResult(result, rings.cells, at + VALUES, rings.cells[at + COUNT]!);
    result.key = key;
    result.startMs = rings.cells[at + FIRST]!;
    result.endMs = rings.cells[at + LAST]!;
    result.earliest = rings.cells[at + EARLIEST]!;
    result.latest = rings.cells[at + LATEST]!;
    result.revision = 1;
    result.isFinal = true;
    rings.dropBefore(ring, position + 1);
    this.#queued[key] = Number.POSITIVE_INFINITY;
    if (!rings.isEmpty(ring)) this.#queueHead(key, ring);
  }

  get keysKnown(): number {
    return this.#rings.known;
  }

  openCount(fromKey: number, toKey: number): number {
    const { ints } = this.#rings;
    let count = 0;
    // What is closed has been taken out: the rest of a ring is open.
    for (let key = fromKey; key < Math.min(toKey, this.#rings.known); key++) {
      const ring = this.#rings.ring(key);
      count += ints[ring + TAIL]! - ints[ring + HEAD]!;
    }
    return count;
  }

  release(key: number): void {
    this.#rings.release(this.#rings.ring(key));
  }

  snapshot(writer: SnapshotWriter): void {
    writer.number(this.closesAllMs);
    snapshotRings(writer, this.#rings, SESSION.CELLS);
    for (const key of this.#rings.keys()) writer.number(this.#queued[key]!);
    this.#closing.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.closesAllMs = reader.number();
    restoreRings(reader, this.#rings, SESSION.CELLS);
    for (const key of this.#rings.keys()) {
      this.#growQueued(key);
      this.#queued[key] = reader.number();
    }
    this.#closing.restore(reader);
  }

  #open(ring: number, position: number, record: Float64Array): void {
    const rings = this.#rings;
    const at = position === rings.ints[ring + TAIL]! ? rings.append(ring) : rings.insert(ring, position);
    openSession(rings.cells, at, record);
  }

  /** Makes one of the sessions at a position and after it. */
  #join(ring: number, position: number): void {
    const rings = this.#rings;
    joinSessions(rings.cells, rings.at(ring, position), rings.at(ring, position + 1));
    rings.remove(ring, position + 1);
  }

  /** A later time than the queued one is found out in `dueMs`. */
  #queueHead(key: number, ring: number): void {
    this.#growQueued(key);
    const closesMs = this.#closesAt(ring, this.#rings.ints[ring + HEAD]!);
    if (closesMs >= this.#queued[key]!) return;
    this.#queued[key] = closesMs;
    this.#closing.pushedMs = closesMs;
    this.#closing.push(key);
  }

  #growQueued(key: number): void {
    if (key < this.#queued.length) return;
    const queued = new Float64Array(2 ** Math.ceil(Math.log2(key + 2))).fill(Number.POSITIVE_INFINITY);
    queued.set(this.#queued);
    this.#queued = queued;
  }

  #closesAtHead(key: number): number {
    const ring = this.#rings.ring(key);
    return this.#closesAt(ring, this.#rings.ints[ring + HEAD]!);
  }

  #closesAt(ring: number, position: number): number {
    return this.#get(ring, position, LAST) + this.gapMs + 1;
  }

  #get(ring: number, position: number, cell: number): number {
    return this.#rings.cells[this.#rings.at(ring, position) + cell]!;
  }
}
