import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_NODE, type Cluster } from './cluster.ts';
import { errorCode, errorOf, KafkaError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { PartitionLane } from './partition-lane.ts';
import { byLeader, produceTo } from './produce-to-leaders.ts';
import { initProducerIdRequest, type ProducerIdentity } from './requests/init-producer-id.ts';
import { isTransient, withRetry } from './retry.ts';

const BACKOFF_MIN_MS = 20;
const BACKOFF_MAX_MS = 1_000;
/** Without a transactional id the coordinator ignores it, but checks its range. */
const UNUSED_TRANSACTION_TIMEOUT_MS = 60_000;

/** What a delivery tells the writer whose lanes it empties. */
export interface DeliveryEvents {
  /** The lane's batch in flight is in the log. */
  onAcknowledged: (lane: PartitionLane) => void;
  /** After an answer that acknowledged at least one batch. */
  onProgress: () => void;
  onRetry: (error: KafkaError) => void;
  /** The writer failed meanwhile: nothing is tried again. */
  isOver: () => boolean;
}

/** An identity for a producer without transactions. Waits up to 30 s, then throws KafkaError. */
export function newIdentity(cluster: Cluster): Promise<ProducerIdentity> {
  return withRetry(cluster, async () => {
    const answer = await cluster.call(
      ANY_NODE,
      initProducerIdRequest({ transactionalId: null, timeoutMs: UNUSED_TRANSACTION_TIMEOUT_MS }),
    );
    if (answer.errorCode !== errorCode.none) throw errorOf('InitProducerId', answer.errorCode);
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  });
}

/**
 * Brings the batches in flight of an idempotent writer's lanes into the log: sends them to their leaders, and after an error, by the
 * lane's verdict, sends the same bytes again, first gets a new producer id, or gives up.
 *
 * @returns a function that resolves when the batch of every lane given is acknowledged, and throws when one can never be
 */
export function idempotentDelivery(
  cluster: Cluster,
  options: { topic: string; logger: Logger },
  events: DeliveryEvents,
): (due: PartitionLane[]) => Promise<void> {
  const { topic, logger } = options;

  /** Lanes that are acknowledged go on with their next batch while the others are tried again. */
  async function deliver(due: PartitionLane[]): Promise<void> {
    let left = due;
    for (let backoffMs = BACKOFF_MIN_MS; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS)) {
      const errors = await attempt(left);
      left = [...errors.keys()];
      if (left.length === 0 || events.isOver()) return;
      const renewing: PartitionLane[] = [];
      for (const [lane, error] of errors) {
        const verdict = lane.judge(error);
        if (verdict === 'fail') throw lost(error);
        if (verdict === 'renew') renewing.push(lane);
        events.onRetry(error);
      }
      await sleep(backoffMs);
      const isOnlyTime = [...errors.values()].every((error) => isTransient(error.code));
      if (!isOnlyTime) await cluster.refresh().catch(() => {});
      if (renewing.length > 0) await renew(renewing);
    }
  }

  /** One request per leader. Returns the lanes that have to try again. */
  async function attempt(due: PartitionLane[]): Promise<Map<PartitionLane, KafkaError>> {
    const errors = new Map<PartitionLane, KafkaError>();
    let leaders: Map<number, PartitionLane[]>;
    try {
      leaders = await byLeader(cluster, due);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      for (const lane of due) errors.set(lane, error);
      return errors;
    }
    await Promise.all([...leaders].map(([leader, group]) => produceGroup(leader, group, errors)));
    return errors;
  }

  async function produceGroup(
    leader: number,
    group: PartitionLane[],
    errors: Map<PartitionLane, KafkaError>,
  ): Promise<void> {
    const sealed = group.map((lane) => ({ topic, partition: lane.partition, bytes: lane.seal() }));
    const request = { apiVersion: 11, transactionalId: null, batches: sealed } as const;
    const outcomes = await produceTo(cluster, leader, request);
    let isAnyDone = false;
    for (const [index, outcome] of outcomes.entries()) {
      const lane = group[index]!;
      // A duplicate can only be our own earlier attempt: nothing else uses this id and sequence.
      if ('error' in outcome && outcome.error.code !== errorCode.duplicateSequenceNumber) {
        errors.set(lane, outcome.error);
      } else {
        events.onAcknowledged(lane);
        isAnyDone = true;
      }
    }
    if (isAnyDone) events.onProgress();
  }

  async function renew(renewing: PartitionLane[]): Promise<void> {
    const identity = await newIdentity(cluster);
    for (const lane of renewing) lane.renew(identity);
    const partitions = renewing.map((lane) => lane.partition);
    logger.warn(
      { topic, partitions },
      'the broker does not know this producer any more: going on under a new id',
    );
  }

  return deliver;
}

/** The records in flight may or may not be in the log, or can never be: only the caller can decide what that means. */
function lost(error: KafkaError): KafkaError {
  const kind = error.kind === 'retry' ? 'reopen' : error.kind;
  return new KafkaError(
    'write',
    error.code,
    { topic: error.topic, partition: error.partition, cause: error },
    kind,
  );
}
