import { nameOf } from './produce-part.ts';
import type { TopicPartition } from './request.ts';

/**
 * A broker is not killed and back in less. Whoever commits more often meets it as an error, and opens anew; only a writer that sat
 * idle so long may not have noticed.
 */
const RESTART_MS_MIN = 1_000;

/** Partitions whose last transaction's end marker a writer has not seen, and since when it was to be written. */
export class UnseenEnds {
  readonly #written = new Set<string>();
  readonly #endedAtMs = new Map<string, number>();

  /** Their data goes out now. @returns those to look at before that */
  begin(parts: readonly TopicPartition[], nowMs: number): TopicPartition[] {
    const due: TopicPartition[] = [];
    for (const { topic, partition } of parts) {
      const name = nameOf({ topic, partition });
      if (nowMs - (this.#endedAtMs.get(name) ?? nowMs) >= RESTART_MS_MIN) due.push({ topic, partition });
      this.#endedAtMs.delete(name);
      this.#written.add(name);
    }
    return due;
  }

  /** The coordinator has answered the end of the transaction. */
  end(nowMs: number): void {
    for (const name of this.#written) this.#endedAtMs.set(name, nowMs);
    this.#written.clear();
  }
}
