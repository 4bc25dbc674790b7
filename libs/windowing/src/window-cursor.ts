import { AGGREGATE, addRecord, clearAggregate, combine } from './aggregate.ts';
import { fillResult } from './fill-result.ts';
import { foldRecords } from './fold-records.ts';
import { type KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';
import { slideStep } from './slide-step.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowResult } from './types.ts';

/** A cursor's positions in a key's ring. */
export const CURSOR = {
  /** Lowest entry with a slot that counts. */
  FIRST: 0,
  MID: 1,
  /** Behind the window that was asked for last; -1 where nothing is known, as in a ring that is new or released. */
  HIGH: 2,
  /** Start of that window: where the search for the next one's begins; -1: anywhere. */
  LOW: 3,
  /** How many they are. */
  INTS: 4,
} as const;
const { FIRST, MID, HIGH, LOW } = CURSOR;
const { HEAD, BASE, MASK, INDEX } = RING;
const { TIME, VALUE } = RECORD;
const UNSET = -1;

/**
 * The windows of a key's ring, each [time of a record - size, time], from one to the next: ranges that move forward,
 * whose aggregates it keeps without ever subtracting. Two-stacks-lite (Tangwongsan, Hirzel, Schneider: In-Order
 * Sliding-Window Aggregation in Worst-Case Constant Time; IBM's sliding-window-aggregators). Every entry has a slot:
 * before `mid` the aggregate from itself up to mid, from mid on the aggregate from mid up to itself.
 *
 *   entries   ……│ a   b   c │ d   e   f │……
 *   slots       │abc  bc  c │ d  de  def│           b..f = slot(b) + slot(f)
 *             first       mid         high
 *
 * When low passes mid, one walk back from high gives every entry its slot anew (mid = high): O(1) per entry, amortised.
 * An entry that is put in behind mid spoils only the slots after it: `high` goes back there, and the windows after it
 * cost O(1) each, as if they were new. One before mid spoils all; that happens to the few records just after a walk.
 *
 * All sums are folds in a fixed order, so that slots can be made again from the entries after a snapshot, bit for
 * bit. The plain version adds up the range.
 */
export class WindowCursor {
  declare private readonly sizeMs: number;
  declare private readonly rings: KeyRings;
  declare private readonly slotAt: number;
  declare private readonly intsAt: number;
  readonly #aggregate = new Float64Array(AGGREGATE.CELLS);

  /**
   * @param rings entries that start with the cells of a record
   * @param slotAt where this cursor's slot lies within an entry
   * @param intsAt where its positions lie within a key's integers
   */
  constructor(sizeMs: number, rings: KeyRings, slotAt: number, intsAt: number) {
    this.sizeMs = sizeMs;
    this.rings = rings;
    this.slotAt = slotAt;
    this.intsAt = intsAt;
  }

  /** Behind the window asked for last; -1 where there was none. */
  high(ring: number): number {
    return this.rings.ints[ring + this.intsAt + HIGH]!;
  }

  reset(ring: number): void {
    const { ints } = this.rings;
    ints[ring + this.intsAt + HIGH] = UNSET;
    ints[ring + this.intsAt + LOW] = UNSET;
  }

  /** An entry was put in at a position: what lies below it keeps its place. */
  inserted(ring: number, position: number): void {
    const { ints } = this.rings;
    const own = ring + this.intsAt;
    if (position >= ints[own + HIGH]!) return;
    ints[own + HIGH] = position < ints[own + MID]! || position < ints[own + FIRST]! ? UNSET : position;
    ints[own + LOW] = UNSET;
  }

  /** Entries below the head are gone, and all positions went down by `shift`. */
  dropped(ring: number, shift: number): void {
    const { ints } = this.rings;
    const own = ring + this.intsAt;
    const head = ints[ring + HEAD]!;
    if (ints[own + HIGH]! - shift <= head) {
      this.reset(ring);
      return;
    }
    // Which of the entries that are gone were known makes no difference.
    ints[own + FIRST] = Math.max(ints[own + FIRST]! - shift, head);
    ints[own + MID] = Math.max(ints[own + MID]! - shift, head - 1);
    ints[own + HIGH]! -= shift;
    if (ints[own + LOW] !== UNSET) ints[own + LOW] = Math.max(ints[own + LOW]! - shift, head);
  }

  /**
   * Fills in the window that ends at a position, but for key, revision and finality: amortised O(1) where it is the
   * next one, O(windows passed over) where it is another behind the last, else O(range).
   */
  fill(result: WindowResult, ring: number, position: number): void {
    const { cells, ints, stride } = this.rings;
    const own = ring + this.intsAt;
    let low = ints[own + LOW]!;
    if (low === UNSET || ints[own + HIGH] !== position) {
      this.#fillAnywhere(result, ring, position);
      return;
    }
    const base = ints[ring + BASE]!;
    const mask = ints[ring + MASK]!;
    const at = Math.imul(base + (position & mask), stride) & INDEX;
    const endMs = cells[at + TIME]!;
    const startMs = endMs - this.sizeMs;
    let front = Math.imul(base + (low & mask), stride) & INDEX;
    while (cells[front + TIME]! < startMs) front = Math.imul(base + (++low & mask), stride) & INDEX;
    const mid = ints[own + MID]!;
    if (low >= mid || position <= mid) {
      this.#fillAnywhere(result, ring, position);
      return;
    }
    // A step forward, as nearly all are: what #fillAnywhere would do.
    const { slotAt } = this;
    const before = Math.imul(base + ((position - 1) & mask), stride) & INDEX;
    if (!slideStep(result, cells, front + slotAt, before + slotAt, at, at + slotAt, position + 1 - low)) {
      this.#fillAnywhere(result, ring, position);
      return;
    }
    ints[own + HIGH] = position + 1;
    ints[own + LOW] = low;
    result.startMs = startMs;
    result.endMs = endMs;
    result.earliest = cells[front + VALUE]!;
    result.latest = cells[at + VALUE]!;
  }

  /** Positions count from the ring's head, as they will after restoring. */
  snapshot(writer: SnapshotWriter, ring: number): void {
    const { ints } = this.rings;
    const own = ring + this.intsAt;
    const head = ints[ring + HEAD]!;
    // Entries below the head are gone and never asked for: which of them were known makes no difference.
    const isSet = ints[own + HIGH]! > head;
    writer.number(isSet ? 1 : 0);
    if (!isSet) return;
    writer.number(Math.max(ints[own + FIRST]! - head, 0));
    writer.number(Math.max(ints[own + MID]! - head, -1));
    writer.number(ints[own + HIGH]! - head);
  }

  /** The ring must have been restored, with its head at 0. */
  restore(reader: SnapshotReader, ring: number): void {
    this.reset(ring);
    if (reader.number() === 0) return;
    const first = reader.number();
    const mid = reader.number();
    const high = reader.number();
    const { ints } = this.rings;
    const own = ring + this.intsAt;
    ints[own + FIRST] = first;
    ints[own + MID] = mid;
    ints[own + HIGH] = high;
    this.#extend(ring, Math.max(mid, 0), high);
    foldRecords(this.rings, ring, this.slotAt, first, mid);
  }

  #fillAnywhere(result: WindowResult, ring: number, position: number): void {
    const { rings } = this;
    const { cells, ints } = rings;
    const own = ring + this.intsAt;
    let high = ints[own + HIGH]!;
    const low = this.#firstOf(ring, position);
    if (low >= high || low < ints[own + FIRST]! || high > position + 1) {
      ints[own + FIRST] = low;
      ints[own + MID] = low;
      high = low;
    }
    if (low > ints[own + MID]!) {
      foldRecords(rings, ring, this.slotAt, low, position + 1);
      ints[own + FIRST] = low;
      ints[own + MID] = position + 1;
    } else this.#extend(ring, high, position + 1);
    ints[own + HIGH] = position + 1;
    ints[own + LOW] = low;

    const mid = ints[own + MID]!;
    const count = position + 1 - low;
    const front = rings.at(ring, low);
    const back = rings.at(ring, position);
    if (low === mid) fillResult(result, cells, back + this.slotAt, count);
    else if (position < mid) fillResult(result, cells, front + this.slotAt, count);
    else {
      combine(this.#aggregate, 0, cells, front + this.slotAt, cells, back + this.slotAt);
      fillResult(result, this.#aggregate, 0, count);
    }
    result.startMs = cells[back + TIME]! - this.sizeMs;
    result.endMs = cells[back + TIME]!;
    result.earliest = cells[front + VALUE]!;
    result.latest = cells[back + VALUE]!;
  }

  /** First entry of the window that ends at a position. */
  #firstOf(ring: number, position: number): number {
    const { rings } = this;
    const { cells, ints } = rings;
    const own = ring + this.intsAt;
    const startMs = cells[rings.at(ring, position) + TIME]! - this.sizeMs;
    let low = ints[own + LOW]!;
    if (low !== UNSET && ints[own + HIGH]! <= position + 1) {
      while (cells[rings.at(ring, low) + TIME]! < startMs) low++;
      return low;
    }
    low = ints[ring + HEAD]!;
    let high = position;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cells[rings.at(ring, middle) + TIME]! < startMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Gives the entries of [from, to) their slots as those from mid on; those from mid up to `from` have theirs. */
  #extend(ring: number, from: number, to: number): void {
    const rings = this.rings;
    const { cells, ints } = rings;
    const mid = ints[ring + this.intsAt + MID]!;
    for (let position = from; position < to; position++) {
      const at = rings.at(ring, position);
      const slot = at + this.slotAt;
      let before = slot;
      if (position > mid) before = rings.at(ring, position - 1) + this.slotAt;
      else clearAggregate(cells, slot);
      addRecord(cells, slot, before, cells, at);
    }
  }
}

/** Reads over the state of a cursor that is not wanted any more. */
export function skipCursor(reader: SnapshotReader): void {
  if (reader.number() === 0) return;
  for (let i = 0; i < 3; i++) reader.number();
}
