import type { Cluster } from './cluster.ts';
import { errorCode, errorOf, KafkaError } from './errors.ts';
import type { TopicPartition } from './request.ts';
import { produceRequest } from './requests/produce.ts';

/** A sealed batch on its way to a partition. */
export interface SealedBatch extends TopicPartition {
  bytes: Uint8Array;
}

export type ProduceOutcome = { baseOffset: number } | { error: KafkaError };

/** Which node gets which batches. Throws the metadata's error. */
export async function byLeader<P extends TopicPartition>(
  cluster: Cluster,
  partitions: readonly P[],
): Promise<Map<number, P[]>> {
  const groups = new Map<number, P[]>();
  for (const partition of partitions) {
    const leader = await cluster.leaderOf(partition.topic, partition.partition);
    const group = groups.get(leader);
    if (group === undefined) groups.set(leader, [partition]);
    else group.push(partition);
  }
  return groups;
}

/**
 * One Produce request with one batch per partition, all to their leader. An outcome per batch, in order; never throws KafkaError.
 * Written to the socket in the turn of the call, so that a request called right after follows on the same connection.
 */
export async function produceTo(
  cluster: Cluster,
  leader: number,
  options: { apiVersion: 11 | 12; transactionalId: string | null; batches: readonly SealedBatch[] },
): Promise<ProduceOutcome[]> {
  try {
    const produced = await cluster.call(
      leader,
      produceRequest({ ...options, batches: [...options.batches] }),
    );
    return options.batches.map(({ topic, partition }) => {
      const answer = produced.find((p) => p.partition === partition && p.topic === topic);
      if (answer === undefined) return { error: errorOf('Produce', -1, { topic, partition }) };
      if (answer.errorCode === errorCode.none) return { baseOffset: answer.baseOffset };
      const cause = answer.errorMessage === null ? undefined : new Error(answer.errorMessage);
      return { error: errorOf('Produce', answer.errorCode, { topic, partition, cause }) };
    });
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return options.batches.map(() => ({ error }));
  }
}
