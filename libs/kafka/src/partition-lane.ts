import { clientCode, errorCode, type KafkaError } from './errors.ts';
import type { BatchBuilder, OutgoingRecord } from './record-batch.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { sequenceAfter } from './sequence-numbers.ts';

/** What happens to a batch after an error: the same bytes again, again under a new identity, or nothing can be done any more. */
export type LaneVerdict = 'resend' | 'renew' | 'fail';

/** The broker does not take the batch as the next one of this producer, so it did not append this attempt. */
const strangerCodes = new Set<number>([
  errorCode.outOfOrderSequenceNumber,
  errorCode.invalidProducerEpoch,
  errorCode.invalidProducerIdMapping,
  errorCode.unknownProducerId,
  errorCode.producerFenced,
]);

/** Answers that leave it open whether an attempt was appended. All other refusals come before the append. */
function isAmbiguous(code: number): boolean {
  return !(
    code === clientCode.notSent ||
    code === errorCode.unknownTopicOrPartition ||
    code === errorCode.leaderNotAvailable ||
    code === errorCode.notLeaderOrFollower ||
    code === errorCode.notEnoughReplicas ||
    code === errorCode.corruptMessage ||
    strangerCodes.has(code)
  );
}

/**
 * What is on its way to one partition: full batches in order, the one being filled, the one in flight with its sequence number.
 *
 * **Invariant** At most one batch is in flight, and it keeps identity and sequence over repeats: the broker knows it again and stores
 * it once, and no later batch can overtake it.
 */
export class PartitionLane implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Records appended here and records acknowledged, since opening. */
  appended = 0;
  acknowledged = 0;
  /** Up to here somebody waits in `flush`: no lingering. */
  flushUpTo = 0;
  #identity: ProducerIdentity;
  #sequence = 0;
  #filling: BatchBuilder | undefined;
  #fillingSinceMs = 0;
  #full: BatchBuilder[] = [];
  #inFlight: BatchBuilder | undefined;
  #wasPerhapsAppended = false;

  constructor(at: TopicPartition, identity: ProducerIdentity) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.#identity = identity;
  }

  get isInFlight(): boolean {
    return this.#inFlight !== undefined;
  }

  get isEmpty(): boolean {
    return this.appended === this.acknowledged;
  }

  /** @returns by how many bytes the waiting batches have grown */
  append(record: OutgoingRecord, nowMs: () => number, newBatch: () => BatchBuilder): number {
    let batch = this.#filling;
    const sizeBytes = batch?.sizeBytes ?? 0;
    this.appended++;
    if (batch?.append(record)) return batch.sizeBytes - sizeBytes;
    if (batch !== undefined) this.#full.push(batch);
    batch = newBatch();
    batch.append(record);
    this.#filling = batch;
    this.#fillingSinceMs = nowMs();
    return batch.sizeBytes;
  }

  isReady(nowMs: number, lingerMs: number): boolean {
    if (this.#inFlight !== undefined) return false;
    if (this.#full.length > 0) return true;
    if (this.#filling === undefined) return false;
    return nowMs - this.#fillingSinceMs >= lingerMs || this.acknowledged < this.flushUpTo;
  }

  /** Takes the next batch in flight; only when `isReady`. */
  begin(): void {
    this.#inFlight = this.#full.shift();
    if (this.#inFlight !== undefined) return;
    this.#inFlight = this.#filling;
    this.#filling = undefined;
  }

  /** The batch in flight; the same bytes at every repeat. */
  seal(): Uint8Array {
    return this.#inFlight!.seal({ ...this.#identity, baseSequence: this.#sequence, isTransactional: false });
  }

  /** @returns the batch that was in flight, to be used again */
  succeed(): BatchBuilder {
    const batch = this.#inFlight!;
    this.#inFlight = undefined;
    this.#wasPerhapsAppended = false;
    this.#sequence = sequenceAfter(this.#sequence, batch.count);
    this.acknowledged += batch.count;
    return batch;
  }

  /**
   * `renew` only while every attempt of this batch was refused for certain: then another identity cannot double it. After an attempt
   * that may have been appended nobody can tell, and the error is the caller's.
   */
  judge(error: KafkaError): LaneVerdict {
    if (strangerCodes.has(error.code)) return this.#wasPerhapsAppended ? 'fail' : 'renew';
    if (isAmbiguous(error.code)) this.#wasPerhapsAppended = true;
    return error.kind === 'retry' || error.code === errorCode.corruptMessage ? 'resend' : 'fail';
  }

  renew(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#sequence = 0;
  }
}
