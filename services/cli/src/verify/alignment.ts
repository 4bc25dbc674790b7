import type { AlignmentSink } from './alignment-sink.ts';
import { type AlignmentStart, startStep } from './alignment-start.ts';
import { nearestPair, type Pair } from './nearest-pair.ts';
import type { RecordCopy } from './record-copy.ts';
import { RecordQueue } from './record-queue.ts';
import { WaitingRecords } from './waiting-records.ts';

/** Both sides are looked through this far for the next record that they have in common. */
const LOOKAHEAD = 256;

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
  readonly #expected = new RecordQueue();
  readonly #found = new RecordQueue();
  readonly #missing = new WaitingRecords();
  readonly #extra = new WaitingRecords();
  #lastMatch = { expected: -1, found: -1 };
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
    this.#lastMatch = { expected: this.#expected.pass(), found: this.#found.pass() };
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
      const [expected, found] = [this.#expected.head, this.#found.head];
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
    for (const { record, beforeOffset } of this.#missing.takeAll()) this.#sink.lost(record, beforeOffset);
    for (const { record, index } of this.#extra.takeAll())
      this.#sink.extra(record, index > this.#lastMatch.found);
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
    const passed = this.#extra.take(signature);
    if (!passed) return false;
    if (this.#lastMatch.found > passed.index) this.#sink.order(passed.record);
    this.#expected.shift();
    return true;
  }

  /** Has the counterpart of the found head been missed before? */
  #meetMissed(found: RecordCopy): boolean {
    const missed = this.#missing.take(found.signature);
    if (!missed) return false;
    if (this.#lastMatch.expected > missed.index) this.#sink.order(found);
    this.#found.shift();
    return true;
  }

  /** Neither head has a counterpart so far: on to the nearest pair, or past the one that comes first. */
  #skipToPair(): void {
    const pair = nearestPair(this.#expected.records, this.#found.records);
    if (!pair) {
      const [expected, found] = [this.#expected.head!, this.#found.head!];
      const reached = Math.max(this.#expected.highestInput, expected.identity.inputOffset);
      // A record that rests on input which is not yet replayed has its counterpart further on.
      if (found.identity.inputOffset > reached) this.#miss(found.offset);
      else this.#pass();
      return;
    }
    this.#pairSubjects(pair);
    const beforeOffset = this.#found.records[pair.found]?.offset ?? null;
    for (; pair.expected > 0; pair.expected--) this.#miss(beforeOffset);
    for (; pair.found > 0; pair.found--) this.#pass();
  }

  /** Of what is skipped, results of one window are one that was changed, and not one too few and one too many. */
  #pairSubjects(pair: Pair): void {
    for (let i = 0; i < pair.expected; i++) {
      const { subject } = this.#expected.records[i]!.identity;
      const at = this.#found.records.findIndex(
        (found, j) => j < pair.found && found.identity.subject === subject,
      );
      if (at === -1) continue;
      this.#sink.wrong(this.#expected.remove(i--), this.#found.remove(at));
      pair.expected--;
      pair.found--;
    }
  }

  #alignStart(): void {
    const hasSkippedFound = this.#hasSkippedFound;
    const step = startStep(this.#expected.records, this.#found.records, { ...this.#start, hasSkippedFound });
    for (let i = 0; i < step.expected; i++) {
      this.#sink.gone();
      this.#expected.shift();
    }
    for (let i = 0; i < step.found; i++) this.#found.shift();
    if (step.found > 0) this.#hasSkippedFound = true;
    this.#isAtStart = !step.isAligned;
  }

  #shiftBoth(): void {
    this.#lastMatch = { expected: this.#expected.shift(), found: this.#found.shift() };
  }

  #miss(beforeOffset: number | null): void {
    const record = this.#expected.head!;
    if (this.#meetPassed(record)) return;
    const oldest = this.#missing.add(record.signature, {
      record,
      index: this.#expected.headIndex,
      beforeOffset,
    });
    if (oldest) this.#sink.lost(oldest.record, oldest.beforeOffset);
    this.#expected.shift();
  }

  #pass(): void {
    const record = this.#found.head!;
    if (this.#meetMissed(record)) return;
    // Of several copies each counts.
    const name = this.#extra.has(record.signature)
      ? `${record.signature}@${record.offset}`
      : record.signature;
    const oldest = this.#extra.add(name, { record, index: this.#found.headIndex, beforeOffset: null });
    if (oldest) this.#sink.extra(oldest.record, oldest.index > this.#lastMatch.found);
    this.#found.shift();
  }
}
