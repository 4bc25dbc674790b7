import { offsetAfter } from './batch-layout.ts';
import type { Chunk } from './chunk.ts';
import { plain } from './compression.ts';
import { framePool, type Loans } from './frame-pool.ts';
import type { FetchedPartition } from './requests/fetch.ts';

/** One partition as it is being read. */
export interface Subscription {
  /** The next chunk in order. What is not taken stays in a bounded buffer; a full partition is left out of the fetches. */
  take(): Chunk | undefined;
  /**
   * Local time at which the last fetch was SENT, if it came back empty with the position at the high watermark and everything is
   * taken; else -Infinity. Whatever follows was appended after this time.
   */
  readonly emptySinceMs: number;
  /** Of the last answer; -1 before it. */
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** OffsetOutOfRangeError, StopError (the topic is gone), KafkaError of kind stop (no rights) or CLOSED. Set once, then `onReady` is called. */
  readonly error: Error | undefined;
  close(): void;
}

export interface SubscribeOptions {
  topic: string;
  partition: number;
  /** Of the first record. */
  offset: number;
  /** Nothing is fetched any more once the position is here; default Infinity. A poll at the log's end would hold up the others. */
  toOffset?: number;
  onReady?: () => void;
}

/** Asked for per partition and fetch: 4 MiB reads no faster, 256 KiB doubles the broker's work. */
export const fetchBytesMax = 1024 * 1024;
/** A part below this share of its answer is small: copying it costs less than keeping the rest in memory. */
const PARTS_PER_ANSWER = 16;
/** Two answers: one is worked on while the next is on its way. */
export const bufferBytesMax = 2 * fetchBytesMax;

/**
 * The reader's side of a subscription. Its identity is its epoch: an answer is handed to the object that asked, and a closed one
 * drops it, whoever has subscribed to the partition since.
 */
export class PartitionSubscription implements Subscription {
  readonly topic: string;
  readonly partition: number;
  /** Where the next fetch starts. */
  position: number;
  readonly #toOffset: number;
  highWatermark = -1;
  lastStableOffset = -1;
  error: Error | undefined;
  isClosed = false;
  /** Failed attempts since the last good answer. */
  failures = 0;
  /** Since when the cluster says that there is no such topic (monotonic clock). */
  unknownSinceMs: number | undefined;
  /** The buffer was full and is no longer. */
  onRoom: (() => void) | undefined;
  readonly #onReady: () => void;
  readonly #loans: Loans;
  #chunks: Chunk[] = [];
  #bufferedBytes = 0;
  #emptySentAtMs = Number.NEGATIVE_INFINITY;

  constructor(o: SubscribeOptions, loans: Loans = framePool) {
    this.#loans = loans;
    this.topic = o.topic;
    this.partition = o.partition;
    this.position = o.offset;
    this.#toOffset = o.toOffset ?? Number.POSITIVE_INFINITY;
    this.#onReady = o.onReady ?? (() => {});
  }

  get emptySinceMs(): number {
    return this.#chunks.length > 0 ? Number.NEGATIVE_INFINITY : this.#emptySentAtMs;
  }

  get hasRoom(): boolean {
    return this.#bufferedBytes + fetchBytesMax <= bufferBytesMax;
  }

  /** All that was wanted is fetched. */
  get isComplete(): boolean {
    return this.position >= this.#toOffset;
  }

  /** Neither closed nor failed. */
  get isLive(): boolean {
    return !this.isClosed && this.error === undefined;
  }

  take(): Chunk | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    const hadRoom = this.hasRoom;
    this.#bufferedBytes -= chunk.bytes.length;
    if (!hadRoom && this.hasRoom) this.onRoom?.();
    return chunk;
  }

  close(): void {
    this.isClosed = true;
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#emptySentAtMs = Number.NEGATIVE_INFINITY;
    this.onRoom?.();
  }

  fail(error: Error): void {
    if (!this.isLive) return;
    this.error = error;
    this.#onReady();
  }

  /**
   * Takes in an answer without error to a fetch at `position`.
   *
   * @returns false if it has bytes but no whole batch, which no sound broker sends
   */
  accept(answer: FetchedPartition, sentAtMs: number): boolean {
    this.unknownSinceMs = undefined;
    this.highWatermark = answer.highWatermark;
    this.lastStableOffset = answer.lastStableOffset;
    const fetchOffset = this.position;
    const next = offsetAfter(answer.records, fetchOffset);
    const isAtEnd = answer.records.length === 0 && fetchOffset === answer.highWatermark;
    this.#emptySentAtMs = isAtEnd ? sentAtMs : Number.NEGATIVE_INFINITY;
    if (next > fetchOffset) {
      this.position = next;
      this.#buffer(answer, fetchOffset, sentAtMs);
    }
    const isSound = next > fetchOffset || answer.records.length === 0;
    if (isSound) this.failures = 0;
    if (next > fetchOffset || isAtEnd) this.#onReady();
    return isSound;
  }

  #buffer(answer: FetchedPartition, fetchOffset: number, sentAtMs: number): void {
    const { topic, partition, records, aborted, highWatermark, lastStableOffset } = answer;
    // A view keeps the whole answer in memory, all partitions of it: a small part of a large one is copied out. A full part of the
    // largest answer is not.
    const isLarge = records.length * PARTS_PER_ANSWER >= records.buffer.byteLength;
    const bytes = isLarge ? plain(records) : new Uint8Array(records);
    const release = this.#loans.lend(bytes);
    this.#bufferedBytes += bytes.length;
    this.#chunks.push({
      topic,
      partition,
      bytes,
      fetchOffset,
      aborted,
      highWatermark,
      lastStableOffset,
      sentAtMs,
      ...(release && { release }),
    });
  }
}
