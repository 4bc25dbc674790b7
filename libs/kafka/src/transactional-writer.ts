import type { Cluster } from './cluster.ts';
import { clientCode, errorCode, errorOf, KafkaError } from './errors.ts';
import type { Logger } from './logger.ts';
import { type GroupOffset, nameOf, type ProducedPart, type ProducePart, roundsOf } from './produce-part.ts';
import { byLeader, produceTo, type SealedBatch, sequenceAfter } from './produce-to-leaders.ts';
import type { TopicPartition } from './request.ts';
import { addOffsetsRequest, addPartitionsRequest } from './requests/add-to-transaction.ts';
import { endTxnRequest } from './requests/end-txn.ts';
import { initProducerIdRequest, type ProducerIdentity } from './requests/init-producer-id.ts';
import { txnOffsetCommitRequest } from './requests/txn-offset-commit.ts';
import { RETRY_LIMIT_MS, withRetry } from './retry.ts';
import { finalError, isResendable, worstOf } from './transaction-errors.ts';

export interface TransactionalWriterOptions {
  transactionalId: string;
  /** The group whose offset a commit moves. */
  groupId: string;
  /** A transaction open for longer is aborted by the coordinator. Above the broker's `transaction.max.timeout.ms`: refused. */
  timeoutMs: number;
  logger: Logger;
}

/** AddPartitionsToTxn is all or nothing; the partitions that were not at fault carry this. */
const OPERATION_NOT_ATTEMPTED = 55;

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
 *
 * TV2 (KIP-890, `transaction.version` >= 2): Produce and TxnOffsetCommit add their partitions by themselves and EndTxn hands out a
 * new epoch. TV1: AddPartitionsToTxn and AddOffsetsToTxn come first.
 */
export class TransactionalWriter {
  readonly #cluster: Cluster;
  readonly #options: TransactionalWriterOptions;
  readonly #isTv2: boolean;
  #identity: ProducerIdentity;
  /** Next sequence number by "topic-partition". */
  #sequences = new Map<string, number>();
  /** What the coordinator was told of the open transaction. */
  #added = new Set<string>();
  #hasAddedOffsets = false;
  #isBusy = false;
  #failure: KafkaError | undefined;

  private constructor(
    cluster: Cluster,
    options: TransactionalWriterOptions,
    isTv2: boolean,
    identity: ProducerIdentity,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#isTv2 = isTv2;
    this.#identity = identity;
  }

  /** Throws KafkaError when the coordinator cannot be reached for 30 s or refuses. */
  static async open(cluster: Cluster, options: TransactionalWriterOptions): Promise<TransactionalWriter> {
    const { transactionalId, timeoutMs } = options;
    const isTv2 = await withRetry(cluster, async () => (await cluster.transactionVersion()) >= 2);
    // A lost answer may be asked for again: a second InitProducerId fences the first one, which nobody uses.
    const identity = await withRetry(cluster, async (lookup) => {
      const coordinator = await cluster.coordinator('transaction', transactionalId, lookup);
      const answer = await cluster.call(coordinator, initProducerIdRequest({ transactionalId, timeoutMs }));
      throwOn(`InitProducerId of ${transactionalId}`, answer.errorCode);
      return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
    });
    return new TransactionalWriter(cluster, options, isTv2, identity);
  }

  /**
   * Appends the batches to the open transaction, or begins one. Batches of one partition go out in order, empty ones not at all
   * (base offset -1). Throws FencedError or KafkaError; the writer is dead then.
   */
  async send(parts: readonly ProducePart[]): Promise<ProducedPart[]> {
    return this.#exclusively(() => this.#produce(parts, undefined));
  }

  /**
   * `send`, the group's offset for one input partition (the next to read), and the end of the transaction. When it resolves the
   * transaction is committed; readers see it within milliseconds. Throws as `send`: the outcome may be unknown.
   */
  async commit(parts: readonly ProducePart[], offset: GroupOffset): Promise<ProducedPart[]> {
    return this.#exclusively(async () => {
      const produced = await this.#produce(parts, offset);
      await this.#end();
      return produced;
    });
  }

  /** Batches of a partition that comes more than once form rounds; the offset goes with the last one. */
  async #produce(parts: readonly ProducePart[], offset: GroupOffset | undefined): Promise<ProducedPart[]> {
    const baseOffsets = new Map<ProducePart, number>();
    const rounds = roundsOf(parts.filter((part) => part.batch.count > 0));
    for (const [index, round] of rounds.entries()) {
      await this.#produceRound(round, index === rounds.length - 1 ? offset : undefined, baseOffsets);
    }
    if (rounds.length === 0 && offset !== undefined) await this.#produceRound([], offset, baseOffsets);
    return parts.map((part) => ({
      topic: part.topic,
      partition: part.partition,
      baseOffset: baseOffsets.get(part) ?? -1,
    }));
  }

  /** Steps: 1 add what has to be added, 2 all Produce requests and the offset side by side, 3 again with what was refused for now. */
  async #produceRound(
    round: ProducePart[],
    offset: GroupOffset | undefined,
    baseOffsets: Map<ProducePart, number>,
  ): Promise<void> {
    let left = round;
    let isOffsetOwed = offset !== undefined;
    await this.#repeatedly(async (lookup) => {
      const leaders = await byLeader(this.#cluster, left);
      const groupNode = isOffsetOwed ? await this.#groupCoordinator(lookup) : undefined;
      await this.#add(left, leaders, groupNode);

      // No await between these calls: on one broker they are pipelined on one connection, the offset last. On two connections
      // the broker would answer 7-23 % of them with NOT_ENOUGH_REPLICAS.
      const produced = [...leaders].map(async ([leader, group]) =>
        this.#produceGroup(leader, group, baseOffsets),
      );
      const committed = groupNode === undefined ? undefined : this.#commitOffset(groupNode, offset!);
      const outcomes = await Promise.all([...produced, ...(committed === undefined ? [] : [committed])]);

      left = left.filter((part) => !baseOffsets.has(part));
      if (committed !== undefined && (await committed) === undefined) isOffsetOwed = false;
      const errors = outcomes.filter((error) => error !== undefined);
      if (errors.length > 0) throw worstOf(errors);
    });
  }

  async #produceGroup(
    leader: number,
    group: ProducePart[],
    baseOffsets: Map<ProducePart, number>,
  ): Promise<KafkaError | undefined> {
    const outcomes = await produceTo(this.#cluster, leader, {
      apiVersion: this.#isTv2 ? 12 : 11,
      transactionalId: this.#options.transactionalId,
      batches: group.map((part) => this.#seal(part)),
    });
    const errors: KafkaError[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const part = group[index]!;
      if ('error' in outcome) {
        errors.push(outcome.error);
        continue;
      }
      baseOffsets.set(part, outcome.baseOffset);
      this.#sequences.set(
        nameOf(part),
        sequenceAfter(this.#sequences.get(nameOf(part)) ?? 0, part.batch.count),
      );
    }
    return errors.length === 0 ? undefined : worstOf(errors);
  }

  #seal(part: ProducePart): SealedBatch {
    const baseSequence = this.#sequences.get(nameOf(part)) ?? 0;
    const bytes = part.batch.seal({ ...this.#identity, baseSequence, isTransactional: true });
    return { topic: part.topic, partition: part.partition, bytes };
  }

  async #commitOffset(node: number, offset: GroupOffset): Promise<KafkaError | undefined> {
    const { transactionalId, groupId } = this.#options;
    const apiVersion = this.#isTv2 ? 5 : 3;
    try {
      const request = txnOffsetCommitRequest({
        ...this.#identity,
        apiVersion,
        transactionalId,
        groupId,
        offset,
      });
      const answer = await this.#cluster.call(node, request);
      throwOn('TxnOffsetCommit', answer.errorCode, offset);
      return undefined;
    } catch (error) {
      if (error instanceof KafkaError) return error;
      throw error;
    }
  }

  #groupCoordinator(lookup: { isFresh: boolean }): Promise<number> {
    return this.#cluster.coordinator('group', this.#options.groupId, lookup);
  }

  /**
   * TV1 always; TV2 when several brokers take part: each would tell the coordinator of its own partitions, and while it writes the
   * one down it refuses the other.
   */
  async #add(
    left: ProducePart[],
    leaders: Map<number, unknown>,
    groupNode: number | undefined,
  ): Promise<void> {
    const nodes = new Set([...leaders.keys(), ...(groupNode === undefined ? [] : [groupNode])]);
    if (this.#isTv2 && nodes.size < 2) return;
    const partitions = left.filter((part) => !this.#added.has(nameOf(part)));
    if (partitions.length > 0) {
      await this.#atCoordinator(async (node, owner) => {
        const answers = await this.#cluster.call(node, addPartitionsRequest({ ...owner, partitions }));
        const refused = answers.filter((a) => a.errorCode !== errorCode.none);
        const first = refused.find((a) => a.errorCode !== OPERATION_NOT_ATTEMPTED) ?? refused[0];
        if (first !== undefined) throw errorOf('AddPartitionsToTxn', first.errorCode, first);
      });
      for (const part of partitions) this.#added.add(nameOf(part));
    }
    if (this.#isTv2 || groupNode === undefined || this.#hasAddedOffsets) return;
    await this.#atCoordinator(async (node, owner) => {
      const answer = await this.#cluster.call(
        node,
        addOffsetsRequest({ ...owner, groupId: this.#options.groupId }),
      );
      throwOn('AddOffsetsToTxn', answer.errorCode);
    });
    this.#hasAddedOffsets = true;
  }

  async #end(): Promise<void> {
    const apiVersion = this.#isTv2 ? 5 : 3;
    await this.#atCoordinator(async (node, owner) => {
      const answer = await this.#cluster.call(
        node,
        endTxnRequest({ ...owner, apiVersion, verdict: 'commit' }),
      );
      throwOn('EndTxn', answer.errorCode);
      if (answer.next === undefined) return;
      this.#identity = answer.next;
      this.#sequences.clear();
    });
    this.#added.clear();
    this.#hasAddedOffsets = false;
  }

  #atCoordinator(
    attempt: (node: number, owner: ProducerIdentity & { transactionalId: string }) => Promise<void>,
  ): Promise<void> {
    const { transactionalId } = this.#options;
    return this.#repeatedly(async (lookup) => {
      const node = await this.#cluster.coordinator('transaction', transactionalId, lookup);
      await attempt(node, { ...this.#identity, transactionalId });
    });
  }

  /** An unanswered request ends it (nobody knows whether it was carried out), and so does the transaction's time limit. */
  #repeatedly(attempt: (lookup: { isFresh: boolean }) => Promise<void>): Promise<void> {
    const { transactionalId, logger, timeoutMs } = this.#options;
    return withRetry(this.#cluster, attempt, {
      limitMs: Math.min(timeoutMs, RETRY_LIMIT_MS),
      mayRepeat: isResendable,
      onRepeat: (error, repeats) =>
        logger.debug({ transactionalId, repeats, error: error.message }, 'sending again in the transaction'),
    });
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const { transactionalId } = this.#options;
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

function throwOn(what: string, code: number, place?: Partial<TopicPartition>): void {
  if (code !== errorCode.none) throw errorOf(what, code, place);
}
