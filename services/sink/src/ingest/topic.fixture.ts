import { BatchBuilder, type Chunk, type Reader, type Subscription } from '@meanwhile/kafka';

/** A topic partition in memory: what is appended is handed to its subscriber as fetched record batches. */
export class FakePartition implements Subscription {
  error: Error | undefined;
  readonly subscribedFrom: number[] = [];
  isClosed = false;
  readonly emptySinceMs = Number.NEGATIVE_INFINITY;
  #end = 0;
  #chunks: Chunk[] = [];
  #onReady: () => void = () => {};

  /** One batch. Values that are not text go in as JSON; null stays null. */
  append(...values: unknown[]): void {
    const builder = new BatchBuilder();
    for (const [i, value] of values.entries()) {
      const bytes =
        value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
      const places = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: bytes?.length ?? 0 };
      builder.append({ key: null, value: bytes, ...places, timestampMs: 1_000 + this.#end + i });
    }
    const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
    const bytes = Buffer.from(builder.seal(identity));
    bytes.writeBigInt64BE(BigInt(this.#end));
    this.#end += values.length;
    this.#chunks.push({
      topic: 'any',
      partition: 0,
      bytes,
      fetchOffset: this.#end - values.length,
      aborted: [],
      highWatermark: this.#end,
      lastStableOffset: this.#end,
      sentAtMs: 0,
    });
    this.#onReady();
  }

  /** The subscription ends with an error; the next one begins afresh. */
  fail(error: Error): void {
    this.error = error;
    this.#onReady();
  }

  subscribe(offset: number, onReady: () => void): Subscription {
    this.subscribedFrom.push(offset);
    this.#onReady = onReady;
    this.error = undefined;
    return this;
  }

  take(): Chunk | undefined {
    return this.error === undefined ? this.#chunks.shift() : undefined;
  }

  get highWatermark(): number {
    return this.#end;
  }

  get lastStableOffset(): number {
    return this.#end;
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A reader over partitions named `<topic>-<partition>`. */
export function fakeReader(partitions: Record<string, FakePartition>): Pick<Reader, 'subscribe'> {
  return {
    subscribe: ({ topic, partition, offset, onReady }) =>
      partitions[`${topic}-${partition}`]!.subscribe(offset, onReady ?? (() => {})),
  };
}
