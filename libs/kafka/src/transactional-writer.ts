import type { Cluster } from './cluster.ts';
import { clientCode, KafkaError } from './errors.ts';
import type { GroupOffset, ProducedPart, ProducePart } from './produce-part.ts';
import { finalError } from './transaction-errors.ts';
import { TransactionalProducer } from './transactional-producer.ts';
import type { TransactionalWriterOptions } from './transactional-writer-options.ts';

/**
 * Writes batches and moves a group's offset in one Kafka transaction after the other. Opening it fences every earlier writer with
 * the same transactional id and resolves its open transaction, whatever group or process it was in.
 *
 * ```
 *             send, commit                 send
 *   ┌──────┐ ─────────────► ┌─────────────┐ ──┐
 *   │ idle │                │ transaction │ ◄─┘       any error in either: dead. The outcome is unknown or the writer fenced;
 *   └──────┘ ◄───────────── └─────────────┘           only a new writer can find out, by fencing this one.
 *            commit: EndTxn
 * ```
 * **Invariant** EndTxn(commit) is sent only after every Produce and TxnOffsetCommit of the transaction answered NONE: the broker
 * would commit after a rejected Produce. **Invariant** One request at a time per partition, so that a repeat keeps the order.
 */
export class TransactionalWriter {
  readonly #transactionalId: string;
  readonly #producer: TransactionalProducer;
  #isBusy = false;
  #failure: KafkaError | undefined;

  private constructor(transactionalId: string, producer: TransactionalProducer) {
    this.#transactionalId = transactionalId;
    this.#producer = producer;
  }

  /** Throws KafkaError when the coordinator cannot be reached for 30 s or refuses, StopError for a transaction that cannot be resolved. */
  static async open(cluster: Cluster, options: TransactionalWriterOptions): Promise<TransactionalWriter> {
    return new TransactionalWriter(
      options.transactionalId,
      await TransactionalProducer.open(cluster, options),
    );
  }

  /**
   * Appends the batches to the open transaction, or begins one. Batches of one partition go out in order, empty ones not at all
   * (base offset -1). Throws FencedError or KafkaError; the writer is dead then.
   */
  async send(parts: readonly ProducePart[]): Promise<ProducedPart[]> {
    return this.#exclusively(() => this.#producer.produce(parts, undefined));
  }

  /**
   * `send`, the group's offset for one input partition (the next to read), and the end of the transaction. When it resolves the
   * transaction is committed; readers see it within milliseconds. Throws as `send`: the outcome may be unknown.
   */
  async commit(parts: readonly ProducePart[], offset: GroupOffset): Promise<ProducedPart[]> {
    return this.#exclusively(async () => {
      const produced = await this.#producer.produce(parts, offset);
      await this.#producer.end('commit');
      return produced;
    });
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const transactionalId = this.#transactionalId;
    if (this.#failure !== undefined) {
      throw new KafkaError(
        `use of writer ${transactionalId}`,
        clientCode.writerDead,
        { cause: this.#failure },
        'reopen',
      );
    }
    if (this.#isBusy)
      throw new Error(`writer ${transactionalId}: called while a call is under way, wanted one at a time`);
    this.#isBusy = true;
    try {
      return await work();
    } catch (error) {
      this.#failure = finalError(error, transactionalId);
      throw this.#failure;
    } finally {
      this.#isBusy = false;
    }
  }
}
