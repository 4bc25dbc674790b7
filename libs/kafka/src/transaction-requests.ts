import type { Cluster } from './cluster.ts';
import { errorCode, errorOf, KafkaError } from './errors.ts';
import type { GroupOffset } from './produce-part.ts';
import { type ProduceOutcome, produceTo, type SealedBatch } from './produce-to-leaders.ts';
import type { TopicPartition } from './request.ts';
import { addOffsetsRequest, addPartitionsRequest } from './requests/add-to-transaction.ts';
import { endTxnRequest } from './requests/end-txn.ts';
import { initProducerIdRequest, type ProducerIdentity } from './requests/init-producer-id.ts';
import { txnOffsetCommitRequest } from './requests/txn-offset-commit.ts';

/** AddPartitionsToTxn is all or nothing; the partitions that were not at fault carry this. */
const OPERATION_NOT_ATTEMPTED = 55;

/**
 * The requests of one transactional id in the versions of its protocol, each sent once to the node given. They throw the answer's
 * error as KafkaError, unless said otherwise. Whoever calls finds the nodes, decides on repeats and keeps the state.
 */
export class TransactionRequests {
  readonly isTv2: boolean;
  readonly #cluster: Cluster;
  readonly #transactionalId: string;
  readonly #groupId: string;

  constructor(cluster: Cluster, options: { transactionalId: string; groupId: string; isTv2: boolean }) {
    this.#cluster = cluster;
    this.#transactionalId = options.transactionalId;
    this.#groupId = options.groupId;
    this.isTv2 = options.isTv2;
  }

  async initProducerId(node: number, timeoutMs: number): Promise<ProducerIdentity> {
    const transactionalId = this.#transactionalId;
    const answer = await this.#cluster.call(node, initProducerIdRequest({ transactionalId, timeoutMs }));
    throwOn(`InitProducerId of ${transactionalId}`, answer.errorCode);
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  }

  async addPartitions(
    node: number,
    identity: ProducerIdentity,
    partitions: readonly TopicPartition[],
  ): Promise<void> {
    const answers = await this.#cluster.call(
      node,
      addPartitionsRequest({ ...this.#owner(identity), partitions: [...partitions] }),
    );
    const refused = answers.filter((a) => a.errorCode !== errorCode.none);
    const first = refused.find((a) => a.errorCode !== OPERATION_NOT_ATTEMPTED) ?? refused[0];
    if (first !== undefined) throw errorOf('AddPartitionsToTxn', first.errorCode, first);
  }

  async addOffsets(node: number, identity: ProducerIdentity): Promise<void> {
    const request = addOffsetsRequest({ ...this.#owner(identity), groupId: this.#groupId });
    const answer = await this.#cluster.call(node, request);
    throwOn(`AddOffsetsToTxn of group ${this.#groupId}`, answer.errorCode);
  }

  /** As `produceTo`: an outcome per batch, no KafkaError thrown; written to the socket in the turn of the call. */
  produce(leader: number, batches: readonly SealedBatch[]): Promise<ProduceOutcome[]> {
    const apiVersion = this.isTv2 ? 12 : 11;
    return produceTo(this.#cluster, leader, { apiVersion, transactionalId: this.#transactionalId, batches });
  }

  /** Written to the socket in the turn of the call. @returns the error, so that it can be weighed against those of `produce` */
  async commitOffset(
    node: number,
    identity: ProducerIdentity,
    offset: GroupOffset,
  ): Promise<KafkaError | undefined> {
    const apiVersion = this.isTv2 ? 5 : 3;
    try {
      const request = txnOffsetCommitRequest({
        ...this.#owner(identity),
        apiVersion,
        groupId: this.#groupId,
        offset,
      });
      const answer = await this.#cluster.call(node, request);
      throwOn(`TxnOffsetCommit of group ${this.#groupId}`, answer.errorCode, offset);
      return undefined;
    } catch (error) {
      if (error instanceof KafkaError) return error;
      throw error;
    }
  }

  /** @returns the identity for the next transaction, if the broker hands out another one */
  async end(
    node: number,
    identity: ProducerIdentity,
    verdict: 'commit' | 'abort',
  ): Promise<ProducerIdentity | undefined> {
    const apiVersion = this.isTv2 ? 5 : 3;
    const request = endTxnRequest({ ...this.#owner(identity), apiVersion, verdict });
    const answer = await this.#cluster.call(node, request);
    throwOn('EndTxn', answer.errorCode);
    return answer.next;
  }

  #owner(identity: ProducerIdentity): ProducerIdentity & { transactionalId: string } {
    return { ...identity, transactionalId: this.#transactionalId };
  }
}

function throwOn(what: string, code: number, place?: Partial<TopicPartition>): void {
  if (code !== errorCode.none) throw errorOf(what, code, place);
}
