import type { RecordCopy } from './record-copy.ts';

/** What an alignment finds. `ignore` stands for records of which nothing can be said, see AlignmentStart. */
export interface AlignmentSink {
  /** Published with other bytes than recomputed. */
  wrong(expected: RecordCopy, found: RecordCopy): void;
  /** Published at another place in the order. */
  order(found: RecordCopy): void;
  /** Recomputed and not published; `beforeOffset`: where it should stand. */
  lost(expected: RecordCopy, beforeOffset: number | null): void;
  /** Published and not recomputed: doubled or unexplained. `isAfterAll`: nothing that is recomputed follows. */
  extra(found: RecordCopy, isAfterAll: boolean): void;
  /** Recomputed, but what was published is no longer kept. */
  gone(): void;
}

export interface AlignmentStart {
  /** Input offset from which is recomputed: what is published may begin before. -1: it does not. */
  foundBefore: number;
  /** What is published may begin later than what is recomputed: its beginning is no longer kept. */
  isTruncated: boolean;
}

interface Waiting {
  record: RecordCopy;
  index: number;
  beforeOffset: number | null;
}

/** Both sides are looked through this far for the next record that they have in common. */
const LOOKAHEAD = 256;
/** Records that wait for their counterpart to turn up elsewhere. */
const WAITING_MAX = 10_000;

/**
 * Two sequences that should be the same and are not: which records were lost, added, changed or moved?
 *
 *   expected  A B C D E F      C is lost, X is extra, E was moved: it is missing where it
 *   found     A B D X F E      should be, and turns up after F, which comes later
 *
 * From the first difference on both are looked through for the nearest pair with the same identity. What is skipped waits, a while:
 * if its counterpart turns up beyond a pair that was matched meanwhile, it was moved.
 */
export class Alignment {
  readonly #sink: AlignmentSink;
  readonly #start: AlignmentStart;
  readonly #expected: RecordCopy[] = [];
  readonly #found: RecordCopy[] = [];
  readonly #missing = new Map<string, Waiting>();
  readonly #extra = new Map<string, Waiting>();
  /** Of the heads of both lists. */
  #expectedIndex = 0;
  #foundIndex = 0;
  #lastMatch = { expected: -1, found: -1 };
  #highestExpected = -1;
  #isAtStart: boolean;
  #hasSkippedFound = false;

  constructor(sink: AlignmentSink, start: AlignmentStart) {
    this.#sink = sink;
    this.#start = start;
    this.#isAtStart = start.isTruncated || start.foundBefore >= 0;
  }

  /** Both sides are level: compare the next two records directly, and call match() or expect() and find(). */
  get isLevel(): boolean {
    return this.#expected.length === 0 && this.#found.length === 0 && !this.#isAtStart;
  }

  /** The next two are the same. */
  match(): void {
    this.#lastMatch = { expected: this.#expectedIndex++, found: this.#foundIndex++ };
  }

  expect(record: RecordCopy): void {
    this.#expected.push(record);
  }

  find(record: RecordCopy): void {
    this.#found.push(record);
  }

  /** Goes as far as it can; says of which side it needs more. */
  settle(isExpectedEnded: boolean, isFoundEnded: boolean): 'expected' | 'found' | 'done' {
    for (;;) {
      const [expected, found] = [this.#expected[0], this.#found[0]];
      const [wantsExpected, wantsFound] = [
        this.#expected.length < LOOKAHEAD && !isExpectedEnded,
        this.#found.length < LOOKAHEAD && !isFoundEnded,
      ];
      if (this.#isAtStart) {
        if (wantsFound) return 'found';
        if (wantsExpected) return 'expected';
        this.#alignStart();
      } else if (expected && found) {
        if (this.#settleHeads(expected, found)) continue;
        if (wantsExpected) return 'expected';
        if (wantsFound) return 'found';
        this.#skipToPair();
      } else if (!found && !isFoundEnded && (expected || isExpectedEnded)) return 'found';
      else if (!expected && !isExpectedEnded) return 'expected';
      else if (expected) this.#miss(null);
      else if (found) this.#pass();
      else return 'done';
    }
  }

  /** After both sides have ended: what still waits has no counterpart. */
  end(): void {
    for (const { record, beforeOffset } of this.#missing.values()) this.#sink.lost(record, beforeOffset);
    for (const { record, index } of this.#extra.values())
      this.#sink.extra(record, index > this.#lastMatch.found);
    this.#missing.clear();
    this.#extra.clear();
  }

  /** True: one or both are done with. */
  #settleHeads(expected: RecordCopy, found: RecordCopy): boolean {
    if (expected.signature === found.signature) {
      this.#shiftBoth();
      return true;
    }
    if (expected.identity.id === found.identity.id) {
      this.#sink.wrong(expected, found);
      this.#shiftBoth();
      return true;
    }
    return this.#meetPassed(expected) || this.#meetMissed(found);
  }

  /** Has the counterpart of the expected head been passed already? It was moved if a pair was matched after it. */
  #meetPassed({ signature }: RecordCopy): boolean {
    const passed = this.#extra.get(signature);
    if (!passed) return false;
    this.#extra.delete(signature);
    if (this.#lastMatch.found > passed.index) this.#sink.order(passed.record);
    this.#shiftExpected();
    return true;
  }

  /** Has the counterpart of the found head been missed before? */
  #meetMissed(found: RecordCopy): boolean {
    const missed = this.#missing.get(found.signature);
    if (!missed) return false;
    this.#missing.delete(found.signature);
    if (this.#lastMatch.expected > missed.index) this.#sink.order(found);
    this.#shiftFound();
    return true;
  }

  /** Neither head has a counterpart so far: on to the nearest pair, or past the one that comes first. */
  #skipToPair(): void {
    const pair = this.#nearestPair();
    if (!pair) {
      const [expected, found] = [this.#expected[0]!, this.#found[0]!];
      const reached = Math.max(this.#highestExpected, expected.identity.inputOffset);
      // A record that rests on input which is not yet replayed has its counterpart further on.
      if (found.identity.inputOffset > reached) this.#miss(found.offset);
      else this.#pass();
      return;
    }
    this.#pairSubjects(pair);
    const beforeOffset = this.#found[pair.found]?.offset ?? null;
    for (; pair.expected > 0; pair.expected--) this.#miss(beforeOffset);
    for (; pair.found > 0; pair.found--) this.#pass();
  }

  /** Of what is skipped, results of one window are one that was changed, and not one too few and one too many. */
  #pairSubjects(pair: { expected: number; found: number }): void {
    for (let i = 0; i < pair.expected; i++) {
      const { subject } = this.#expected[i]!.identity;
      const at = this.#found.findIndex((found, j) => j < pair.found && found.identity.subject === subject);
      if (at === -1) continue;
      this.#sink.wrong(this.#expected.splice(i--, 1)[0]!, this.#found.splice(at, 1)[0]!);
      this.#expectedIndex++;
      this.#foundIndex++;
      pair.expected--;
      pair.found--;
    }
  }

  #nearestPair(): { expected: number; found: number } | undefined {
    const places = new Map<string, number>();
    for (let i = this.#found.length - 1; i >= 0; i--) places.set(this.#found[i]!.identity.id, i);
    let nearest: { expected: number; found: number } | undefined;
    for (let i = 0; i < this.#expected.length; i++) {
      if (nearest && i >= nearest.expected + nearest.found) break;
      const found = places.get(this.#expected[i]!.identity.id);
      if (found === undefined) continue;
      if (!nearest || i + found < nearest.expected + nearest.found) nearest = { expected: i, found };
    }
    return nearest;
  }

  /** Finds where the two begin to be the same: one of them may reach further back. */
  #alignStart(): void {
    const { foundBefore, isTruncated } = this.#start;
    const pair = this.#nearestPair();
    const highest = (records: RecordCopy[]) => Math.max(-1, ...records.map((r) => r.identity.inputOffset));
    const isBefore = (found: RecordCopy | undefined) =>
      found !== undefined && found.identity.inputOffset < foundBefore;
    if (!pair && isTruncated && !this.#hasSkippedFound && this.#expected.length > 0) {
      const isNothingFound = this.#found.length === 0;
      if (isNothingFound || highest(this.#found) > highest(this.#expected)) {
        // Half: the other half may be the counterpart of records that were changed.
        this.#forget(Math.max(1, this.#expected.length >> 1));
        return;
      }
    }
    for (let skips = pair ? pair.found : Math.max(1, this.#found.length >> 1); skips > 0; skips--) {
      if (!isBefore(this.#found[0])) break;
      this.#shiftFound();
      this.#hasSkippedFound = true;
      if (pair) pair.found--;
    }
    if (!pair && isBefore(this.#found[0])) return;
    if (pair?.found === 0 && isTruncated && !this.#hasSkippedFound) this.#forget(pair.expected);
    this.#isAtStart = false;
  }

  #forget(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#sink.gone();
      this.#shiftExpected();
    }
  }

  #shiftBoth(): void {
    this.#noteHighest();
    this.#expected.shift();
    this.#found.shift();
    this.match();
  }

  #miss(beforeOffset: number | null): void {
    const record = this.#expected[0]!;
    if (this.#meetPassed(record)) return;
    this.#missing.set(record.signature, { record, index: this.#expectedIndex, beforeOffset });
    const oldest = oldestAbove(this.#missing);
    if (oldest) this.#sink.lost(oldest.record, oldest.beforeOffset);
    this.#shiftExpected();
  }

  #pass(): void {
    const record = this.#found[0]!;
    if (this.#meetMissed(record)) return;
    // Of several copies each counts.
    const name = this.#extra.has(record.signature)
      ? `${record.signature}@${record.offset}`
      : record.signature;
    this.#extra.set(name, { record, index: this.#foundIndex, beforeOffset: null });
    const oldest = oldestAbove(this.#extra);
    if (oldest) this.#sink.extra(oldest.record, oldest.index > this.#lastMatch.found);
    this.#shiftFound();
  }

  #shiftExpected(): void {
    this.#noteHighest();
    this.#expected.shift();
    this.#expectedIndex++;
  }

  #shiftFound(): void {
    this.#found.shift();
    this.#foundIndex++;
  }

  #noteHighest(): void {
    const { inputOffset } = this.#expected[0]!.identity;
    if (inputOffset > this.#highestExpected) this.#highestExpected = inputOffset;
  }
}

/** Takes the oldest out when there are too many. */
function oldestAbove(waiting: Map<string, Waiting>): Waiting | undefined {
  if (waiting.size <= WAITING_MAX) return undefined;
  const [name, oldest] = waiting.entries().next().value!;
  waiting.delete(name);
  return oldest;
}
