import { AGGREGATE, combine } from './aggregate.ts';
import { extendFold } from './extend-fold.ts';
import { fillResult } from './fill-result.ts';
import { foldRecords } from './fold-records.ts';
import { firstOfWindow } from './galloping-search.ts';
import { type KeyRings, RING } from './key-rings.ts';
import { RECORD } from './record-cells.ts';
import { slideStep } from './slide-step.ts';
import type { WindowResult } from './types.ts';

/** A cursor's positions in a key's ring. */
export const CURSOR = {
  /** Lowest entry with a slot that counts. */
  FIRST: 0,
  MID: 1,
  /** Behind the window that was asked for last; -1 where nothing is known, as in a ring that is new or released. */
  HIGH: 2,
  /** Start of that window, and at the lowest that of the next. Its complement, below 0, where the next may begin before it. */
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
  /** Where its positions lie within a key's integers. */
  declare readonly intsAt: number;
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
    ints[own + HIGH] = position;
    if (position < ints[own + MID]!) {
      ints[own + FIRST] = position;
      ints[own + MID] = position;
    }
    if (ints[own + LOW]! >= 0) ints[own + LOW] = ~ints[own + LOW]!;
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
    const low = ints[own + LOW]!;
    ints[own + LOW] = low < 0 ? ~Math.max(~low - shift, 0) : Math.max(low - shift, head);
  }

  /**
   * Fills in the window that ends at a position, but for key, revision and finality: amortised O(1) where it is the
   * next one, O(windows passed over) where it is another behind the last, else O(range).
   */
  fill(result: WindowResult, ring: number, position: number): void {
    const { cells, ints, stride } = this.rings;
    const own = ring + this.intsAt;
    const base = ints[ring + BASE]!;
    const mask = ints[ring + MASK]!;
    const at = Math.imul(base + (position & mask), stride) & INDEX;
    const endMs = cells[at + TIME]!;
    const startMs = endMs - this.sizeMs;
    const isNext = ints[own + HIGH] === position;
    let low = ints[own + LOW]!;
    if (!isNext || low < 0)
      low = firstOfWindow(this.rings, ring, position, this.sizeMs, low < 0 ? ~low : low);
    let front = Math.imul(base + (low & mask), stride) & INDEX;
    while (cells[front + TIME]! < startMs) front = Math.imul(base + (++low & mask), stride) & INDEX;
    result.startMs = startMs;
    result.endMs = endMs;
    result.earliest = cells[front + VALUE]!;
    result.latest = cells[at + VALUE]!;

    const mid = ints[own + MID]!;
    if (isNext && low < mid && mid < position && ints[own + FIRST]! <= low) {
      // One step forward, as nearly all are: what #fillRange would do.
      const { slotAt } = this;
      const count = position + 1 - low;
      const before = Math.imul(base + ((position - 1) & mask), stride) & INDEX;
      if (slideStep(result, cells, front + slotAt, before + slotAt, at, at + slotAt, count)) {
        ints[own + HIGH] = position + 1;
        ints[own + LOW] = low;
        return;
      }
    }
    this.#fillRange(result, ring, low, position);
  }

  /** Makes the slots again for positions that were FIRST, MID and HIGH, in a ring whose head is at 0. */
  restore(ring: number, first: number, mid: number, high: number): void {
    const { ints } = this.rings;
    const own = ring + this.intsAt;
    ints[own + FIRST] = first;
    ints[own + MID] = mid;
    ints[own + HIGH] = high;
    extendFold(this.rings, ring, this.slotAt, mid, Math.max(mid, 0), high);
    foldRecords(this.rings, ring, this.slotAt, first, mid);
  }

  /** Fills in the numbers of the window [low, position]. */
  #fillRange(result: WindowResult, ring: number, low: number, position: number): void {
    const { rings, slotAt } = this;
    const { cells, ints } = rings;
    const own = ring + this.intsAt;
    let from = ints[own + HIGH]!;
    if (low >= from || from > position + 1) {
      // Nothing known is of use.
      ints[own + FIRST] = low;
      ints[own + MID] = low;
      from = low;
    } else if (low < ints[own + FIRST]! || low > ints[own + MID]!) {
      // After an entry before mid, mid stays where that was: others may come behind it.
      if (low > ints[own + MID]!) from = position + 1;
      foldRecords(rings, ring, slotAt, low, from);
      ints[own + FIRST] = low;
      ints[own + MID] = from;
    }
    extendFold(rings, ring, slotAt, ints[own + MID]!, from, position + 1);
    ints[own + HIGH] = position + 1;
    ints[own + LOW] = low;

    const mid = ints[own + MID]!;
    const count = position + 1 - low;
    const front = rings.at(ring, low) + slotAt;
    const back = rings.at(ring, position) + slotAt;
    if (low === mid) fillResult(result, cells, back, count);
    else if (position < mid) fillResult(result, cells, front, count);
    else {
      combine(this.#aggregate, 0, cells, front, cells, back);
      fillResult(result, this.#aggregate, 0, count);
    }
  }
}
