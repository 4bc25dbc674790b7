import { errorCode, errorOf } from '../errors.ts';
import type { GroupOffset } from '../produce-part.ts';
import type { SimPartition } from './sim-partition.ts';
import type { World } from './world.ts';

export interface SimIdentity {
  producerId: number;
  producerEpoch: number;
}

interface Transaction {
  id: string;
  producerId: number;
  epoch: number;
  timeoutMs: number;
  /** ending: the verdict is written, markers are on their way. */
  state: 'empty' | 'ongoing' | 'ending';
  /** Counts the transactions, so that a time-out hits only its own. */
  serial: number;
  partitions: Set<SimPartition>;
  offsets: Map<string, { groupId: string; offset: number }>;
  /** A repeated EndTxn with the old epoch is answered as the first one was. */
  ended: { epoch: number; verdict: 'commit' | 'abort' } | undefined;
}

/** The abort of transactions that are open too long comes round in this time. */
const SCAN_MS = 10_000;

/**
 * The transaction coordinator by KIP-890's second protocol, and the groups' offsets. EndTxn answers before the markers are written,
 * InitProducerId after.
 */
export class SimTransactions {
  readonly #world: World;
  readonly #transactions = new Map<string, Transaction>();
  readonly #byProducer = new Map<number, Transaction>();
  /** By "group/topic-partition". */
  readonly #groupOffsets = new Map<string, number>();
  #nextProducerId = 1_000;
  /** Called when a transaction is aborted because it was open too long. */
  onTimeout: () => void = () => {};

  constructor(world: World) {
    this.#world = world;
  }

  /** Throws CONCURRENT_TRANSACTIONS until an open transaction is resolved; the earlier owner is shut out at once. */
  initProducerId(id: string, timeoutMs: number): SimIdentity {
    let transaction = this.#transactions.get(id);
    if (transaction === undefined) {
      const producerId = this.#nextProducerId++;
      transaction = {
        id,
        producerId,
        epoch: -1,
        timeoutMs,
        state: 'empty',
        serial: 0,
        partitions: new Set(),
        offsets: new Map(),
        ended: undefined,
      };
      this.#transactions.set(id, transaction);
      this.#byProducer.set(producerId, transaction);
    }
    transaction.ended = undefined;
    if (transaction.state === 'ongoing') this.#fenceAndAbort(transaction);
    if (transaction.state !== 'empty') throw errorOf('InitProducerId', errorCode.concurrentTransactions);
    transaction.timeoutMs = timeoutMs;
    transaction.epoch++;
    return { producerId: transaction.producerId, producerEpoch: transaction.epoch };
  }

  /** A partition's leader asks before it appends. */
  addPartition(producerId: number, producerEpoch: number, partition: SimPartition): void {
    const transaction = this.#ofOwner('Produce', { producerId, producerEpoch });
    // The leader answers so while it cannot have the transaction verified.
    if (transaction.state === 'ending') throw errorOf('Produce', errorCode.notEnoughReplicas);
    this.#begin(transaction);
    transaction.partitions.add(partition);
  }

  commitOffset(identity: SimIdentity, groupId: string, { topic, partition, offset }: GroupOffset): void {
    const transaction = this.#ofOwner('TxnOffsetCommit', identity);
    if (transaction.state === 'ending') throw errorOf('TxnOffsetCommit', errorCode.concurrentTransactions);
    this.#begin(transaction);
    transaction.offsets.set(offsetKey(groupId, topic, partition), { groupId, offset });
  }

  /** @returns the identity for the next transaction */
  end(identity: SimIdentity, verdict: 'commit' | 'abort'): SimIdentity {
    const transaction = this.#byProducer.get(identity.producerId);
    if (transaction === undefined) throw errorOf('EndTxn', errorCode.invalidProducerIdMapping);
    const { ended, epoch } = transaction;
    if (identity.producerEpoch !== epoch) {
      const isRepeat = ended?.epoch === identity.producerEpoch && ended.verdict === verdict;
      if (!isRepeat || epoch !== identity.producerEpoch + 1)
        throw errorOf('EndTxn', errorCode.producerFenced);
      return { producerId: identity.producerId, producerEpoch: epoch };
    }
    if (transaction.state === 'ending') throw errorOf('EndTxn', errorCode.concurrentTransactions);
    if (transaction.state === 'empty') throw errorOf('EndTxn', INVALID_TXN_STATE);
    transaction.ended = { epoch, verdict };
    this.#resolve(transaction, verdict);
    return { producerId: identity.producerId, producerEpoch: transaction.epoch };
  }

  /** The committed offset, -1 for none; UNSTABLE_OFFSET_COMMIT while a transaction holds a new one. */
  groupOffset(groupId: string, topic: string, partition: number): number {
    const key = offsetKey(groupId, topic, partition);
    for (const { offsets } of this.#transactions.values())
      if (offsets.has(key))
        throw errorOf('OffsetFetch', errorCode.unstableOffsetCommit, { topic, partition });
    return this.#groupOffsets.get(key) ?? -1;
  }

  get openCount(): number {
    return [...this.#transactions.values()].filter(({ state }) => state !== 'empty').length;
  }

  #ofOwner(what: string, identity: SimIdentity): Transaction {
    const transaction = this.#byProducer.get(identity.producerId);
    if (transaction === undefined) throw errorOf(what, errorCode.invalidProducerIdMapping);
    if (transaction.epoch !== identity.producerEpoch) throw errorOf(what, errorCode.invalidProducerEpoch);
    return transaction;
  }

  #begin(transaction: Transaction): void {
    if (transaction.state === 'ongoing') return;
    transaction.state = 'ongoing';
    const serial = ++transaction.serial;
    const { timeoutMs } = transaction;
    this.#world.after(timeoutMs + this.#world.random.fraction() * Math.min(SCAN_MS, timeoutMs), () => {
      if (transaction.state !== 'ongoing' || transaction.serial !== serial) return;
      this.#world.trace.note(this.#world.nowMs, 'broker', 'transaction timed out', transaction.id);
      this.onTimeout();
      this.#fenceAndAbort(transaction);
    });
  }

  #fenceAndAbort(transaction: Transaction): void {
    transaction.ended = undefined;
    this.#resolve(transaction, 'abort');
  }

  /** The verdict is final and the epoch bumped; markers go out, each in its time. */
  #resolve(transaction: Transaction, verdict: 'commit' | 'abort'): void {
    const world = this.#world;
    const { id, producerId, partitions, offsets } = transaction;
    world.trace.note(world.nowMs, 'broker', verdict, `${id} ${producerId}/${transaction.epoch}`);
    transaction.epoch++;
    transaction.state = 'ending';
    const epoch = transaction.epoch;
    let left = partitions.size + offsets.size;
    const isSlow = world.random.chance(0.05);
    const later = (write: () => void) =>
      world.after(isSlow ? world.random.int(5, 200) : world.random.fraction() * 2, () => {
        write();
        if (--left === 0) transaction.state = 'empty';
      });
    for (const partition of partitions) {
      later(() => {
        partitions.delete(partition);
        partition.endTransaction(producerId, epoch, verdict);
      });
    }
    for (const [key, { offset }] of offsets) {
      later(() => {
        offsets.delete(key);
        if (verdict === 'commit') this.#groupOffsets.set(key, offset);
      });
    }
  }
}

const INVALID_TXN_STATE = 48;

function offsetKey(groupId: string, topic: string, partition: number): string {
  return `${groupId}/${topic}-${partition}`;
}
