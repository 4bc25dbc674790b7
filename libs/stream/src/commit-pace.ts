import type { Time } from './time.ts';

/**
 * Right after its predecessor's markers a transaction may pay a 20 ms retry inside the broker: it hardly ever does from here on, and
 * waiting longer costs every record more than the few retries do.
 */
const GAP_MS_MIN = 3;
/** A partition's commits take half of its time at the most … */
const GAP_PER_COMMIT_MIN = 1;
/** … and all partitions of a process together keep about eight commits under way, however many they are: brokers have other work. */
const COMMITS_UNDER_WAY = 8;

/** When the next commit is due: at the latest an interval after the first uncommitted record, earlier when caught up. */
export class CommitPace {
  readonly #time: Time;
  readonly #intervalMs: number;
  readonly #partitionsHeld: () => number;
  #firstRecordMs = -1;
  #lastEndMs = 0;
  #smoothedMs = 0;

  /** @param partitionsHeld by this process now */
  constructor(time: Time, intervalMs: number, partitionsHeld: () => number) {
    this.#time = time;
    this.#intervalMs = intervalMs;
    this.#partitionsHeld = partitionsHeld;
  }

  /** Records were processed: the interval runs from the first uncommitted one. */
  noteRecords(): void {
    if (this.#firstRecordMs < 0) this.#firstRecordMs = this.#time.now();
  }

  get hasUncommitted(): boolean {
    return this.#firstRecordMs >= 0;
  }

  /** How long the uncommitted stretch may still wait, in ms; Infinity: there is none. */
  dueInMs(isCaughtUp: boolean): number {
    if (!this.hasUncommitted) return Number.POSITIVE_INFINITY;
    const atLatestMs = this.#firstRecordMs + this.#intervalMs;
    const gapPerCommit = Math.max(GAP_PER_COMMIT_MIN, this.#partitionsHeld() / COMMITS_UNDER_WAY);
    const gapMs = Math.max(GAP_MS_MIN, gapPerCommit * this.#smoothedMs);
    const dueMs = isCaughtUp ? Math.min(atLatestMs, this.#lastEndMs + gapMs) : atLatestMs;
    return Math.max(0, dueMs - this.#time.now());
  }

  /** The stretch so far is on its way. */
  frozen(): void {
    this.#firstRecordMs = -1;
  }

  /** A commit that began at `startMs` has ended. @returns how long it took */
  ended(startMs: number): number {
    this.#lastEndMs = this.#time.now();
    const durationMs = this.#lastEndMs - startMs;
    this.#smoothedMs += (durationMs - this.#smoothedMs) / 8;
    return durationMs;
  }
}
