import type { DeadLetterReason } from '@meanwhile/records';

/**
 * Reasons of the records that were refused and are not committed yet, by partition, in order. A commit's entry says how many of them
 * are readable now: so a transaction that fails is not counted, and its repetition not twice.
 */
export class RefusedReasons {
  readonly #waiting = new Map<number, DeadLetterReason[]>();

  note(partition: number, reason: DeadLetterReason): void {
    const waiting = this.#waiting.get(partition);
    if (waiting) waiting.push(reason);
    else this.#waiting.set(partition, [reason]);
  }

  /** The first `count` of a partition by reason; they wait no longer. */
  take(partition: number, count: number): Map<DeadLetterReason, number> {
    const counts = new Map<DeadLetterReason, number>();
    if (count === 0) return counts;
    for (const reason of this.#waiting.get(partition)?.splice(0, count) ?? []) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  /** The partition's task has ended: whoever opens it next processes them again. */
  forget(partition: number): void {
    this.#waiting.delete(partition);
  }
}
