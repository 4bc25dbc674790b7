import { throwIfHanging } from './hanging-transaction.ts';
import { nameOf } from './produce-part.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import type { TraceLog } from './transaction-traces.ts';

/**
 * A broker is not killed and back in less. Whoever commits more often meets it as an error, and opens anew; only a writer that sat
 * idle so long may not have noticed, or one whose first request found the broker away.
 */
const RESTART_MS_MIN = 1_000;

/** Partitions whose last transaction's end marker a writer has not seen, and since when it was to be written. */
export class UnseenEnds {
  readonly #written = new Map<string, TopicPartition>();
  readonly #ended = new Map<string, { part: TopicPartition; atMs: number }>();

  /** Those to look at before anything else is written: in the others there was no time to lose a marker unnoticed. */
  due(nowMs: number): TopicPartition[] {
    return [...this.#ended.values()]
      .filter(({ atMs }) => nowMs - atMs >= RESTART_MS_MIN)
      .map(({ part }) => part);
  }

  /** Their markers are there. */
  seen(parts: readonly TopicPartition[]): void {
    for (const part of parts) this.#ended.delete(nameOf(part));
  }

  /** Looks at those that are due. @throws KafkaError of kind `reopen` where a transaction hangs */
  async look(log: TraceLog, identity: Pick<ProducerIdentity, 'producerId'>): Promise<void> {
    // A look can outlast a broker's restart, after which more are due.
    for (let parts = this.due(log.now()); parts.length > 0; parts = this.due(log.now())) {
      await throwIfHanging(log, parts, identity);
      this.seen(parts);
    }
  }

  /** The open transaction has data there now. */
  written({ topic, partition }: TopicPartition): void {
    const part = { topic, partition };
    this.#ended.delete(nameOf(part));
    this.#written.set(nameOf(part), part);
  }

  /** The coordinator has answered the end of the transaction. */
  end(nowMs: number): void {
    for (const [name, part] of this.#written) this.#ended.set(name, { part, atMs: nowMs });
    this.#written.clear();
  }
}
