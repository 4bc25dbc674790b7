import type { TopicPartition } from './request.ts';
import {
  type BatchHead,
  headsBetween,
  headsIn,
  type PartitionEnds,
  type TraceLog,
  type Verdict,
} from './transaction-traces.ts';

/** A producer's transaction in one partition, from its first batch to the marker that ended it. */
export interface EndedTransaction extends TopicPartition {
  verdict: Verdict;
  /** Of its batches. Under the second protocol each transaction has its own, and the marker a higher one. */
  epoch: number;
  firstOffset: number;
  markerOffset: number;
  markerEpoch: number;
}

/** The last transactions of the journal; of the others at least the last batch and its marker. */
const TAIL_OFFSETS = 8;
const TAIL_BYTES = 1024 * 1024;
/** Markers without a batch of their own before them are rare and few: an end of what could not be written. */
const STEPS_BACK = 8;
const PROBE_BYTES = 4_096;

/**
 * What one producer has written to a partition in which no transaction is open, and how it was ended. Its epochs never fall along the
 * log, so that an old transaction is found by bisection. What other producers wrote is passed over; what was deleted leaves no trace.
 */
export class ProducerTraces {
  readonly part: PartitionEnds;
  readonly #log: TraceLog;
  readonly #producerId: number;
  /** The producer's last batches, data and markers. */
  #tail: BatchHead[] = [];
  #logStart = 0;
  /** Where the oldest batch stands that was looked at, the producer's or not. */
  #seenFrom = 0;

  private constructor(log: TraceLog, part: PartitionEnds, producerId: number) {
    this.#log = log;
    this.part = part;
    this.#producerId = producerId;
  }

  static async load(log: TraceLog, part: PartitionEnds, producerId: number): Promise<ProducerTraces> {
    const traces = new ProducerTraces(log, part, producerId);
    await traces.#readTail();
    for (let step = 0; step < STEPS_BACK && traces.lastData === undefined; step++) {
      if (!(await traces.#stepBack())) break;
    }
    return traces;
  }

  /** The producer's last batch that is no marker. */
  get lastData(): BatchHead | undefined {
    return this.#tail.findLast(({ marker }) => marker === undefined);
  }

  get lastMarker(): BatchHead | undefined {
    return this.#tail.findLast(({ marker }) => marker !== undefined);
  }

  /** The highest epoch that has left a trace; -1 for none. */
  get lastEpoch(): number {
    return this.#tail.at(-1)?.producerEpoch ?? -1;
  }

  /** Epochs whose data the last marker, if it is an abort, has ended. More than one: a marker was left out before it. */
  async lastAborted(): Promise<number[]> {
    const { lastMarker: marker, lastData } = this;
    if (marker?.marker !== 'abort' || lastData === undefined) return [];
    const how = { maxBytes: 1, isolation: 'read_committed' } as const;
    const fetched = await this.#log.fetch(this.part, marker.baseOffset, how);
    const firstOffsets = (fetched?.aborted ?? [])
      .filter(
        (entry) => Number(entry.producerId) === this.#producerId && entry.firstOffset < marker.baseOffset,
      )
      .map(({ firstOffset }) => firstOffset);
    if (firstOffsets.length === 0) return []; // nothing was written under it
    const from = Math.max(...firstOffsets);
    const first = await this.#firstOwn(from, from + 1, 1);
    // The epochs in between need no look: they never fall.
    if (first === undefined || first.producerEpoch === lastData.producerEpoch)
      return [lastData.producerEpoch];
    const heads: BatchHead[] = [];
    for await (const head of this.#own(from, marker.baseOffset)) heads.push(head);
    return epochsOf(heads);
  }

  /** Epochs whose data the last marker, if it is a commit, has ended, as far as the last batches tell. */
  lastCommitted(): number[] {
    const last = this.#tail.findLastIndex(({ marker }) => marker !== undefined);
    if (this.#tail[last]?.marker !== 'commit') return [];
    const before = this.#tail.slice(0, last);
    return epochsOf(before.slice(before.findLastIndex(({ marker }) => marker !== undefined) + 1));
  }

  /** @returns undefined if the epoch has left no data here */
  async endOf(epoch: number): Promise<EndedTransaction | undefined> {
    const [oldest] = this.#tail;
    const { lastData } = this;
    if (oldest === undefined || lastData === undefined || lastData.producerEpoch < epoch) return undefined;
    const isInTail = oldest.producerEpoch < epoch;
    let first: BatchHead | undefined;
    for await (const head of isInTail ? this.#tail : this.#own(await this.#bisect(epoch), this.part.latest)) {
      if (first !== undefined && head.marker !== undefined) return endedBy(head, first, this.part);
      // A marker's epoch is above that of the data which it ends: one at `epoch` ended the transaction before.
      const isPast = head.producerEpoch > epoch;
      if (first === undefined && isPast) return undefined;
      if (head.marker === undefined && head.producerEpoch === epoch) first ??= head;
    }
    return undefined;
  }

  /** Up to where all that the producer wrote is of earlier epochs. */
  async #bisect(epoch: number): Promise<number> {
    let low = this.#logStart;
    let high = this.#tail[0]!.baseOffset;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const head = await this.#firstOwn(middle, high, PROBE_BYTES);
      if (head !== undefined && head.producerEpoch < epoch) low = head.lastOffset + 1;
      else high = middle;
    }
    return low;
  }

  async #firstOwn(fromOffset: number, toOffset: number, fetchBytes: number): Promise<BatchHead | undefined> {
    for await (const head of this.#own(fromOffset, toOffset, fetchBytes)) return head;
    return undefined;
  }

  async *#own(
    fromOffset: number,
    toOffset: number,
    fetchBytes = TAIL_BYTES,
  ): AsyncGenerator<BatchHead, void, void> {
    for await (const head of headsBetween(this.#log, this.part, { fromOffset, toOffset, fetchBytes }))
      if (head.producerId === this.#producerId) yield head;
  }

  /** As many offsets as come in one answer up to the log's end. */
  async #readTail(): Promise<void> {
    const { latest } = this.part;
    if (latest === 0) return;
    for (const back of [TAIL_OFFSETS, 2, 1]) {
      const how = { maxBytes: TAIL_BYTES, isolation: 'read_uncommitted' } as const;
      const fetched = await this.#log.fetch(this.part, Math.max(0, latest - back), how);
      if (fetched === undefined) continue;
      const heads = headsIn(fetched.records);
      this.#logStart = fetched.logStartOffset;
      this.#seenFrom = heads[0]?.baseOffset ?? latest;
      this.#tail = heads.filter((head) => this.#isOwn(head));
      if ((heads.at(-1)?.lastOffset ?? -1) >= latest - 1) return;
    }
  }

  /** One batch. @returns false at the start of the log */
  async #stepBack(): Promise<boolean> {
    if (this.#seenFrom <= this.#logStart) return false;
    const range = { fromOffset: this.#seenFrom - 1, toOffset: this.#seenFrom, fetchBytes: 1 };
    for await (const head of headsBetween(this.#log, this.part, range)) {
      this.#seenFrom = head.baseOffset;
      if (this.#isOwn(head)) this.#tail.unshift(head);
      return true;
    }
    return false;
  }

  #isOwn({ producerId, baseOffset }: BatchHead): boolean {
    return producerId === this.#producerId && baseOffset < this.part.latest;
  }
}

function endedBy(
  marker: BatchHead,
  first: BatchHead,
  { topic, partition }: TopicPartition,
): EndedTransaction {
  return {
    topic,
    partition,
    verdict: marker.marker!,
    epoch: first.producerEpoch,
    firstOffset: first.baseOffset,
    markerOffset: marker.baseOffset,
    markerEpoch: marker.producerEpoch,
  };
}

function epochsOf(heads: readonly BatchHead[]): number[] {
  return [...new Set(heads.filter(({ marker }) => marker === undefined).map((head) => head.producerEpoch))];
}
