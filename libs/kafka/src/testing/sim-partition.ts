import { errorCode, errorOf } from '../errors.ts';
import type { FetchedPartition } from '../requests/fetch.ts';
import { markerBatch, place, readHeader } from './sim-batch.ts';

interface StoredBatch {
  baseOffset: number;
  lastOffset: number;
  bytes: Uint8Array;
  producerId: number;
  producerEpoch: number;
  isTransactional: boolean;
  isControl: boolean;
}

/** The last batch of a producer: what comes again is known again, what leaves a gap is refused. */
interface ProducerState {
  epoch: number;
  nextSequence: number;
  recent: { sequence: number; count: number; baseOffset: number }[];
}

interface AbortedTransaction {
  producerId: number;
  firstOffset: number;
  /** Of the marker. */
  lastOffset: number;
}

/** A broker remembers this many batches per producer. */
const RECENT_MAX = 5;

/** One partition's log as its leader keeps it: batches, open and aborted transactions, the producers' sequences. */
export class SimPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #hasAppendTime: boolean;
  readonly #now: () => number;
  /** All of them, what was deleted included: the truth for those who check. */
  readonly #batches: StoredBatch[] = [];
  readonly #open = new Map<number, number>();
  readonly #aborted: AbortedTransaction[] = [];
  readonly #producers = new Map<number, ProducerState>();
  readonly #waiters = new Set<() => void>();
  logStart = 0;
  highWatermark = 0;
  /** It was deleted with its topic. */
  isGone = false;

  constructor(o: { topic: string; partition: number; hasAppendTime: boolean; now: () => number }) {
    this.topic = o.topic;
    this.partition = o.partition;
    this.#hasAppendTime = o.hasAppendTime;
    this.#now = o.now;
  }

  get lastStable(): number {
    let offset = this.highWatermark;
    for (const first of this.#open.values()) if (first < offset) offset = first;
    return offset;
  }

  get openTransactions(): number {
    return this.#open.size;
  }

  /** @returns the base offset; throws the code of a refusal. A batch that was appended before is answered as it was then */
  append(sent: Uint8Array): number {
    const header = readHeader(sent);
    if (!header.isIntact) throw this.#refusal('Produce', errorCode.corruptMessage);
    const known = this.#checkSequence(header);
    if (known !== undefined) return known;
    const baseOffset = this.highWatermark;
    const bytes = new Uint8Array(sent);
    place(bytes, baseOffset, this.#hasAppendTime ? this.#now() : undefined);
    if (header.isTransactional && !this.#open.has(header.producerId))
      this.#open.set(header.producerId, baseOffset);
    this.#store(bytes, header.count, header, false);
    return baseOffset;
  }

  endTransaction(producerId: number, producerEpoch: number, verdict: 'commit' | 'abort'): void {
    const firstOffset = this.#open.get(producerId);
    const offset = this.highWatermark;
    const bytes = markerBatch({ producerId, producerEpoch, verdict, timestampMs: this.#now() });
    place(bytes, offset, this.#hasAppendTime ? this.#now() : undefined);
    this.#open.delete(producerId);
    if (verdict === 'abort' && firstOffset !== undefined)
      this.#aborted.push({ producerId, firstOffset, lastOffset: offset });
    this.#store(bytes, 1, { producerId, producerEpoch, isTransactional: true }, true);
  }

  /** As a leader answers: the first batch whole, the last perhaps cut, aborted transactions in the order of their markers. */
  fetch(
    offset: number,
    maxBytes: number,
    isolation: 'read_committed' | 'read_uncommitted',
  ): FetchedPartition {
    if (this.isGone) throw this.#refusal('Fetch', errorCode.unknownTopicOrPartition);
    if (offset < this.logStart || offset > this.highWatermark)
      throw this.#refusal('Fetch', errorCode.offsetOutOfRange, offset);
    const isCommitted = isolation === 'read_committed';
    const end = isCommitted ? this.lastStable : this.highWatermark;
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    let last = -1;
    for (let i = this.#indexOf(offset); i < this.#batches.length && sizeBytes < maxBytes; i++) {
      const batch = this.#batches[i]!;
      if (batch.baseOffset >= end) break;
      const room = parts.length === 0 ? batch.bytes.length : maxBytes - sizeBytes;
      parts.push(batch.bytes.subarray(0, room));
      sizeBytes += Math.min(room, batch.bytes.length);
      last = batch.lastOffset;
    }
    const overlap = (t: AbortedTransaction) => t.lastOffset >= offset && t.firstOffset <= last;
    return {
      topic: this.topic,
      partition: this.partition,
      errorCode: errorCode.none,
      highWatermark: this.highWatermark,
      lastStableOffset: this.lastStable,
      logStartOffset: this.logStart,
      aborted: isCommitted
        ? this.#aborted
            .filter(overlap)
            .map((t) => ({ producerId: BigInt(t.producerId), firstOffset: t.firstOffset }))
        : [],
      records: joined(parts, sizeBytes),
    };
  }

  /** Called at the next append or end of a transaction; returns how to call it off. */
  onChange(listener: () => void): () => void {
    this.#waiters.add(listener);
    return () => this.#waiters.delete(listener);
  }

  deleteBefore(offset: number): void {
    if (offset > this.highWatermark) throw this.#refusal('DeleteRecords', errorCode.offsetOutOfRange, offset);
    this.logStart = Math.max(this.logStart, offset);
  }

  /** The topic is deleted: whoever waits is woken. */
  remove(): void {
    this.isGone = true;
    this.#wake();
  }

  /** The truth, without any filter of a client: batches that count, deleted ones included. */
  committedBatches(): { baseOffset: number; bytes: Uint8Array }[] {
    const end = this.lastStable;
    return this.#batches.filter(
      (batch) =>
        !batch.isControl && batch.lastOffset < end && !(batch.isTransactional && this.#isAborted(batch)),
    );
  }

  /** The truth: how each transaction was ended here, by "producer/epoch". Open ones are left out. */
  transactionEnds(): Map<string, 'commit' | 'abort'> {
    return new Map(
      this.#batches
        .filter((batch) => batch.isTransactional && !batch.isControl && !this.#isOpen(batch))
        .map((batch) => [nameOf(batch), this.#isAborted(batch) ? 'abort' : 'commit']),
    );
  }

  /** The truth: transactions without an end here, as "producer/epoch". */
  transactionsOpen(): Set<string> {
    return new Set(
      this.#batches
        .filter((batch) => batch.isTransactional && !batch.isControl && this.#isOpen(batch))
        .map(nameOf),
    );
  }

  #isOpen({ producerId, baseOffset }: StoredBatch): boolean {
    return baseOffset >= (this.#open.get(producerId) ?? Number.POSITIVE_INFINITY);
  }

  #isAborted({ producerId, baseOffset, lastOffset }: StoredBatch): boolean {
    return this.#aborted.some(
      (t) => t.producerId === producerId && t.firstOffset <= baseOffset && lastOffset < t.lastOffset,
    );
  }

  #checkSequence(header: ReturnType<typeof readHeader>): number | undefined {
    if (header.producerId < 0) return undefined;
    const { producerEpoch: epoch, baseSequence: sequence, count } = header;
    let state = this.#producers.get(header.producerId);
    if (state !== undefined && epoch < state.epoch)
      throw this.#refusal('Produce', errorCode.invalidProducerEpoch);
    if (state === undefined || epoch > state.epoch) {
      state = { epoch, nextSequence: 0, recent: [] };
      this.#producers.set(header.producerId, state);
    }
    const known = state.recent.find((batch) => batch.sequence === sequence && batch.count === count);
    if (known) return known.baseOffset;
    if (sequence !== state.nextSequence) throw this.#refusal('Produce', errorCode.outOfOrderSequenceNumber);
    state.nextSequence += count;
    state.recent.push({ sequence, count, baseOffset: this.highWatermark });
    if (state.recent.length > RECENT_MAX) state.recent.shift();
    return undefined;
  }

  #store(
    bytes: Uint8Array,
    count: number,
    by: { producerId: number; producerEpoch: number; isTransactional: boolean },
    isControl: boolean,
  ): void {
    const baseOffset = this.highWatermark;
    const lastOffset = baseOffset + count - 1;
    const { producerId, producerEpoch, isTransactional } = by;
    this.#batches.push({
      baseOffset,
      lastOffset,
      bytes,
      producerId,
      producerEpoch,
      isTransactional,
      isControl,
    });
    this.highWatermark = lastOffset + 1;
    this.#wake();
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Of the batch that holds the offset, or the next one. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#batches[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #refusal(what: string, code: number, offset?: number) {
    return errorOf(what, code, { topic: this.topic, partition: this.partition, offset });
  }
}

function joined(parts: Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function nameOf({ producerId, producerEpoch }: StoredBatch): string {
  return `${producerId}/${producerEpoch}`;
}
