import type { SnapshotMark } from './journal.ts';
import { type StreamLimits, streamLimits } from './limits.ts';

/** Replay costs about as much as reading; a few times the state's size keeps both writing and restoring small. */
const INPUT_PER_STATE = 4;

/** Decides when the next snapshot is due and what of the journal may go. */
export class SnapshotSchedule {
  readonly #limits: StreamLimits;
  readonly #marks: SnapshotMark[];
  #inputBytes = 0;
  #stateBytes = 0;
  #lastMs: number;

  constructor(nowMs: number, marks: SnapshotMark[], hasReplayed: boolean, limits = streamLimits) {
    this.#limits = limits;
    this.#lastMs = nowMs;
    this.#marks = marks;
    // What was replayed would be replayed again: reason enough for a snapshot at the next clean stop.
    this.#inputBytes = hasReplayed ? 1 : 0;
  }

  countInput(bytes: number): void {
    this.#inputBytes += bytes;
  }

  get hasNewInput(): boolean {
    return this.#inputBytes > 0;
  }

  isDue(nowMs: number): boolean {
    if (!this.hasNewInput) return false;
    const { snapshotInputBytesMin, snapshotIntervalMs } = this.#limits;
    return (
      this.#inputBytes > Math.max(snapshotInputBytesMin, INPUT_PER_STATE * this.#stateBytes) ||
      nowMs - this.#lastMs > snapshotIntervalMs
    );
  }

  taken(nowMs: number, stateBytes: number): void {
    this.#lastMs = nowMs;
    this.#stateBytes = stateBytes;
    this.#inputBytes = 0;
  }

  complete(mark: SnapshotMark): void {
    this.#marks.push(mark);
  }

  /** The journal offset before which everything may go, or -1; each is given once. */
  takeTrim(nowMs: number): number {
    const keptFromMs = nowMs - this.#limits.journalKeepMs;
    const newest = this.#marks.findLastIndex((mark) => mark.completeMs <= keptFromMs);
    if (newest < 0) return -1;
    const mark = this.#marks[newest]!;
    this.#marks.splice(0, newest + 1);
    return mark.trimBefore;
  }
}
