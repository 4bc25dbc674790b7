import type { Cluster } from './cluster.ts';
import { endHangingTransactions } from './end-hanging.ts';
import type { KafkaError } from './errors.ts';
import { type GroupOffset, nameOf, type ProducedPart, type ProducePart } from './produce-part.ts';
import { produceInRounds } from './produce-rounds.ts';
import { byLeader, type SealedBatch } from './produce-to-leaders.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { RETRY_LIMIT_MS, withRetry } from './retry.ts';
import { SequenceNumbers } from './sequence-numbers.ts';
import { isResendable, worstOf } from './transaction-errors.ts';
import { TransactionRequests } from './transaction-requests.ts';
import { type TraceLog, traceLog } from './transaction-traces.ts';
import type { TransactionalWriterOptions } from './transactional-writer-options.ts';
import { UnseenEnds } from './unseen-ends.ts';

/**
 * What a transactional writer's calls do on the wire: it knows identity and sequence numbers, what the coordinator was told of the
 * open transaction, and repeats what was refused for now. An error it throws is the last one: it must not be called again then, nor
 * while a call is under way.
 *
 * TV2 (KIP-890, `transaction.version` >= 2): Produce and TxnOffsetCommit add their partitions by themselves and EndTxn hands out a
 * new epoch. TV1: AddPartitionsToTxn and AddOffsetsToTxn come first.
 */
export class TransactionalProducer {
  readonly #cluster: Cluster;
  readonly #options: TransactionalWriterOptions;
  readonly #requests: TransactionRequests;
  readonly #traces: TraceLog;
  readonly #unseenEnds = new UnseenEnds();
  readonly #sequences = new SequenceNumbers();
  #identity: ProducerIdentity;
  /** What the coordinator was told of the open transaction. */
  #added = new Set<string>();
  #hasAddedOffsets = false;

  private constructor(
    cluster: Cluster,
    options: TransactionalWriterOptions,
    requests: TransactionRequests,
    identity: ProducerIdentity,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#requests = requests;
    this.#traces = traceLog(cluster);
    this.#identity = identity;
  }

  /**
   * Fences the earlier ones. Throws KafkaError when the coordinator cannot be reached for 30 s or refuses, StopError when the broker
   * has left a transaction open of which it cannot be told whether it was committed, or one was ended in two ways.
   */
  static async open(cluster: Cluster, options: TransactionalWriterOptions): Promise<TransactionalProducer> {
    const { transactionalId, groupId, timeoutMs } = options;
    const isTv2 = await withRetry(cluster, async () => (await cluster.transactionVersion()) >= 2);
    const requests = new TransactionRequests(cluster, { transactionalId, groupId, isTv2 });
    // A lost answer may be asked for again: a second InitProducerId fences the first one, which nobody uses.
    const identity = await withRetry(cluster, async (lookup) => {
      const coordinator = await cluster.coordinator('transaction', transactionalId, lookup);
      return requests.initProducerId(coordinator, timeoutMs);
    });
    const producer = new TransactionalProducer(cluster, options, requests, identity);
    await producer.#endHanging();
    return producer;
  }

  async #endHanging(): Promise<void> {
    const { transactionalId, partitions = [], logger } = this.#options;
    await endHangingTransactions(this.#traces, partitions, this.#identity, {
      addPartitions: (open, verdict) => {
        const found = { transactional_id: transactionalId, partitions: open.map(nameOf), verdict };
        logger.warn(found, 'the broker has left a transaction without an end in some partitions: ending it');
        return this.#atCoordinator((node) => this.#requests.addPartitions(node, this.#identity, open));
      },
      addOffsets: () => this.#atCoordinator((node) => this.#requests.addOffsets(node, this.#identity)),
      end: (verdict) => this.end(verdict),
    });
  }

  /** All batches, then the group's offset. @returns where each part was appended, in order */
  produce(parts: readonly ProducePart[], offset: GroupOffset | undefined): Promise<ProducedPart[]> {
    return produceInRounds(parts, offset, (...round) => this.#produceRound(...round));
  }

  /** Ends the open transaction; with a commit only after everything of it was answered NONE. */
  async end(verdict: 'commit' | 'abort'): Promise<void> {
    await this.#atCoordinator(async (node) => {
      const next = await this.#requests.end(node, this.#identity, verdict);
      if (next === undefined) return;
      this.#identity = next;
      this.#sequences.clear();
    });
    this.#added.clear();
    this.#hasAddedOffsets = false;
    this.#unseenEnds.end(this.#traces.now());
  }

  /** Steps: 1 add what has to be added, 2 all Produce requests and the offset side by side, 3 again with what was refused for now. */
  async #produceRound(
    round: ProducePart[],
    offset: GroupOffset | undefined,
    baseOffsets: Map<ProducePart, number>,
  ): Promise<void> {
    const { groupId, partitions } = this.#options;
    let left = round;
    let isOffsetOwed = offset !== undefined;
    await this.#repeatedly(async (lookup) => {
      // By the first protocol opening anew could not tell how the transaction was ended; its next commit makes good.
      if (this.#requests.isTv2 && partitions !== undefined) {
        await this.#unseenEnds.look(this.#traces, this.#identity);
      }
      const leaders = await byLeader(this.#cluster, left);
      const groupNode = isOffsetOwed ? await this.#cluster.coordinator('group', groupId, lookup) : undefined;
      await this.#add(left, leaders, groupNode);

      // No await between these calls: on one broker they are pipelined on one connection, the offset last. On two connections
      // the broker would answer 7-23 % of them with NOT_ENOUGH_REPLICAS.
      const produced = [...leaders].map(async ([leader, group]) =>
        this.#produceGroup(leader, group, baseOffsets),
      );
      const committed =
        groupNode === undefined ? undefined : this.#requests.commitOffset(groupNode, this.#identity, offset!);
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
    const sealed = group.map((part) => this.#seal(part));
    const outcomes = await this.#requests.produce(leader, sealed);
    const errors: KafkaError[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const part = group[index]!;
      if ('error' in outcome) {
        errors.push(outcome.error);
        continue;
      }
      baseOffsets.set(part, outcome.baseOffset);
      this.#unseenEnds.written(part);
      this.#sequences.accepted(part, part.batch.count);
    }
    return errors.length === 0 ? undefined : worstOf(errors);
  }

  #seal(part: ProducePart): SealedBatch {
    const baseSequence = this.#sequences.of(part);
    const bytes = part.batch.seal({ ...this.#identity, baseSequence, isTransactional: true });
    return { topic: part.topic, partition: part.partition, bytes };
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
    const { isTv2 } = this.#requests;
    const nodes = new Set([...leaders.keys(), ...(groupNode === undefined ? [] : [groupNode])]);
    if (isTv2 && nodes.size < 2) return;
    const partitions = left.filter((part) => !this.#added.has(nameOf(part)));
    if (partitions.length > 0) {
      await this.#atCoordinator((node) => this.#requests.addPartitions(node, this.#identity, partitions));
      for (const part of partitions) this.#added.add(nameOf(part));
    }
    if (isTv2 || groupNode === undefined || this.#hasAddedOffsets) return;
    await this.#atCoordinator((node) => this.#requests.addOffsets(node, this.#identity));
    this.#hasAddedOffsets = true;
  }

  #atCoordinator(attempt: (node: number) => Promise<void>): Promise<void> {
    return this.#repeatedly(async (lookup) => {
      await attempt(await this.#cluster.coordinator('transaction', this.#options.transactionalId, lookup));
    });
  }

  /** An unanswered request ends it (nobody knows whether it was carried out), and so does the transaction's time limit. */
  #repeatedly(attempt: (lookup: { isFresh: boolean }) => Promise<void>): Promise<void> {
    const { transactionalId, logger, timeoutMs } = this.#options;
    return withRetry(this.#cluster, attempt, {
      limitMs: Math.min(timeoutMs, RETRY_LIMIT_MS),
      mayRepeat: isResendable,
      onRepeat: (error, repeats) =>
        logger.debug(
          { transactional_id: transactionalId, repeats, error: error.message },
          'sending again in the transaction',
        ),
    });
  }
}
