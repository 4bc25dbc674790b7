import { errorCode, KafkaError } from './errors.ts';
import { batchOf } from './fake-cluster.test-kit.ts';
import { SimPartition } from './testing/sim-partition.ts';
import type { TraceLog, Verdict } from './transaction-traces.ts';

/** Partitions of one topic in memory, and what one producer does to them by the second protocol. */
export class TracedTopic {
  readonly partitions: SimPartition[];
  readonly producerId: number;
  epoch = 0;
  readonly #sequences = new Map<string, number>();

  constructor(count: number, producerId = 1_000) {
    this.producerId = producerId;
    this.partitions = Array.from({ length: count }, (_, partition) => {
      return new SimPartition({ topic: 't', partition, hasAppendTime: false, now: () => 0 });
    });
  }

  get parts(): { topic: string; partition: number }[] {
    return this.partitions.map(({ topic, partition }) => ({ topic, partition }));
  }

  get identity(): { producerId: bigint; producerEpoch: number } {
    return { producerId: BigInt(this.producerId), producerEpoch: this.epoch };
  }

  write(partition: number, by = { producerId: this.producerId, epoch: this.epoch }): void {
    const key = `${partition}/${by.producerId}/${by.epoch}`;
    const baseSequence = this.#sequences.get(key) ?? 0;
    this.#sequences.set(key, baseSequence + 1);
    const producer = { producerId: BigInt(by.producerId), producerEpoch: by.epoch };
    this.partitions[partition]!.append(
      batchOf('x').seal({ ...producer, baseSequence, isTransactional: true }),
    );
  }

  /** Bumps the epoch and writes the markers that are not lost. `bumps`: a fence takes more than one. */
  end(verdict: Verdict, marked: readonly number[], bumps = 1): void {
    this.epoch += bumps;
    for (const partition of marked)
      this.partitions[partition]!.endTransaction(this.producerId, this.epoch, verdict);
  }

  /** One transaction that loses no marker. */
  transact(verdict: Verdict, written: readonly number[], bumps = 1): void {
    for (const partition of written) this.write(partition);
    this.end(verdict, written, bumps);
  }
}

/** Counts its fetches. */
export function memoryTraces(topic: TracedTopic): TraceLog & { fetches: number } {
  const traces = {
    fetches: 0,
    ends: async (parts: readonly { topic: string; partition: number }[]) =>
      parts.map((part) => {
        const log = topic.partitions[part.partition]!;
        return { ...part, stable: log.lastStable, latest: log.highWatermark };
      }),
    async fetch(
      part: { partition: number },
      offset: number,
      how: { maxBytes: number; isolation: 'read_committed' | 'read_uncommitted' },
    ) {
      traces.fetches++;
      try {
        return topic.partitions[part.partition]!.fetch(offset, how.maxBytes, how.isolation);
      } catch (error) {
        if (error instanceof KafkaError && error.code === errorCode.offsetOutOfRange) return undefined;
        throw error;
      }
    },
    now: () => 0,
    sleep: async () => {},
  };
  return traces;
}
