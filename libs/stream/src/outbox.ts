import { BatchBuilder, type OutgoingRecord, type ProducePart } from '@meanwhile/kafka';
import { type StreamLimits, streamLimits } from './limits.ts';
import type { Outbox } from './processor.ts';

/** Builders are large (a batch each), so the tasks of a process share those that are not in use. */
export class BuilderPool {
  readonly limits: Pick<StreamLimits, 'batchBytesMax' | 'outboxBytesMax'>;
  readonly #free: BatchBuilder[] = [];

  constructor(limits: Pick<StreamLimits, 'batchBytesMax' | 'outboxBytesMax'> = streamLimits) {
    this.limits = limits;
  }

  take(): BatchBuilder {
    return this.#free.pop() ?? new BatchBuilder(this.limits.batchBytesMax);
  }

  give(builder: BatchBuilder): void {
    builder.reset();
    this.#free.push(builder);
  }
}

/** The results of one stretch of input, as record batches in the order they were appended. */
export class OutboxBuffer implements Outbox {
  readonly #topics: readonly string[];
  readonly #partition: number;
  readonly #pool: BuilderPool;
  readonly #batches: BatchBuilder[][];
  #sizeBytes = 0;

  constructor(options: { topics: readonly string[]; partition: number; pool: BuilderPool }) {
    this.#topics = options.topics;
    this.#partition = options.partition;
    this.#pool = options.pool;
    this.#batches = options.topics.map(() => []);
  }

  append(output: number, record: OutgoingRecord): void {
    const batches = this.#batches[output]!;
    const last = batches[batches.length - 1];
    if (last !== undefined) {
      const before = last.sizeBytes;
      if (last.append(record)) {
        this.#sizeBytes += last.sizeBytes - before;
        return;
      }
    }
    const next = this.#pool.take();
    next.append(record);
    batches.push(next);
    this.#sizeBytes += next.sizeBytes;
  }

  /** Of all batches. Kept, not added up: the processor asks several times for each record whether there is room. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isFull(): boolean {
    return this.#sizeBytes >= this.#pool.limits.outboxBytesMax;
  }

  get isEmpty(): boolean {
    return this.#batches.every((batches) => batches.length === 0);
  }

  /** Batches to produce; within a topic in the order they were appended. */
  parts(): ProducePart[] {
    return this.#batches.flatMap((batches, output) =>
      batches.map((batch) => ({ topic: this.#topics[output]!, partition: this.#partition, batch })),
    );
  }

  clear(): void {
    for (const batches of this.#batches) {
      for (const batch of batches) this.#pool.give(batch);
      batches.length = 0;
    }
    this.#sizeBytes = 0;
  }
}
