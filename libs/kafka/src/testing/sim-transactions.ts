import { errorCode, errorOf } from '../errors.ts';
import { type GroupOffset, nameOf } from '../produce-part.ts';
import type { SimPartition } from './sim-partition.ts';
import type { World } from './world.ts';

export interface SimIdentity {
  producerId: number;
  producerEpoch: number;
}

interface PendingOffset {
  groupId: string;
  offset: number;
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
  offsets: Map<string, PendingOffset>;
  /** Offsets whose marker was lost: they stay pending until a marker comes for them. */
  hangingOffsets: Map<string, PendingOffset>;
  /** Those on their way; each gives up when it is lost. */
  markers: Set<{ to: string; lose: () => void }>;
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
  /** Called when a transaction's markers are on their way. */
  onEnding: () => void = () => {};

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
        hangingOffsets: new Map(),
        markers: new Set(),
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

  /** AddPartitionsToTxn, asked by the client itself. */
  addPartitions(identity: SimIdentity, partitions: readonly SimPartition[]): void {
    const transaction = this.#ofOwner('AddPartitionsToTxn', identity);
    if (transaction.state === 'ending') throw errorOf('AddPartitionsToTxn', errorCode.concurrentTransactions);
    this.#begin(transaction);
    for (const partition of partitions) transaction.partitions.add(partition);
  }

  /** AddOffsetsToTxn: the group's offsets wait for the transaction's end. */
  addOffsets(identity: SimIdentity, groupId: string): void {
    const transaction = this.#ofOwner('AddOffsetsToTxn', identity);
    if (transaction.state === 'ending') throw errorOf('AddOffsetsToTxn', errorCode.concurrentTransactions);
    this.#begin(transaction);
    for (const [key, pending] of transaction.hangingOffsets) {
      if (pending.groupId !== groupId) continue;
      transaction.hangingOffsets.delete(key);
      if (!transaction.offsets.has(key)) transaction.offsets.set(key, pending);
    }
  }

  commitOffset(identity: SimIdentity, groupId: string, { topic, partition, offset }: GroupOffset): void {
    const transaction = this.#ofOwner('TxnOffsetCommit', identity);
    if (transaction.state === 'ending') throw errorOf('TxnOffsetCommit', errorCode.concurrentTransactions);
    this.addOffsets(identity, groupId);
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
    for (const { offsets, hangingOffsets } of this.#transactions.values())
      if (offsets.has(key) || hangingOffsets.has(key))
        throw errorOf('OffsetFetch', errorCode.unstableOffsetCommit, { topic, partition });
    return this.#groupOffsets.get(key) ?? -1;
  }

  /**
   * KAFKA-20734: a broker that is back within its session leaves out markers of what it was about to end, and calls it ended.
   * `to`: "topic-partition", or where a group's offset goes.
   *
   * @returns how many were lost
   */
  loseMarkers(isLost: (to: string) => boolean): number {
    let lost = 0;
    for (const { markers } of this.#transactions.values()) {
      for (const marker of markers) {
        if (!isLost(marker.to)) continue;
        marker.lose();
        lost++;
      }
    }
    return lost;
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
    const isSlow = world.random.chance(0.05);
    for (const partition of partitions) {
      this.#send(transaction, isSlow, {
        to: nameOf(partition),
        write: () => partition.endTransaction(producerId, epoch, verdict),
        settle: () => partitions.delete(partition),
      });
    }
    for (const [key, pending] of offsets) {
      this.#send(transaction, isSlow, {
        to: key,
        write: () => verdict === 'commit' && this.#groupOffsets.set(key, pending.offset),
        settle: (isLost) => {
          offsets.delete(key);
          if (isLost) transaction.hangingOffsets.set(key, pending);
        },
      });
    }
    if (transaction.markers.size === 0) transaction.state = 'empty'; // AddOffsetsToTxn alone
    this.onEnding();
  }

  /** A marker, written in its time unless it is lost before. */
  #send(
    transaction: Transaction,
    isSlow: boolean,
    o: { to: string; write: () => void; settle: (isLost: boolean) => void },
  ): void {
    const { random } = this.#world;
    const { markers } = transaction;
    const settle = (isLost: boolean) => {
      markers.delete(marker);
      o.settle(isLost);
      if (markers.size === 0) transaction.state = 'empty';
    };
    const timer = this.#world.after(isSlow ? random.int(5, 200) : random.fraction() * 2, () => {
      o.write();
      settle(false);
    });
    const marker = {
      to: o.to,
      lose() {
        timer.cancel();
        settle(true);
      },
    };
    markers.add(marker);
  }
}

const INVALID_TXN_STATE = 48;

function offsetKey(groupId: string, topic: string, partition: number): string {
  return `${groupId}/${topic}-${partition}`;
}
