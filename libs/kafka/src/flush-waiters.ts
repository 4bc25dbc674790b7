import type { PartitionLane } from './partition-lane.ts';

/** Those who wait in `flush`, each for the records that every lane had been given by then. */
export class FlushWaiters {
  readonly #lanes: readonly PartitionLane[];
  readonly #waiters = new Set<Waiter>();

  constructor(lanes: readonly PartitionLane[]) {
    this.#lanes = lanes;
  }

  /** Resolves once all that was appended until now is acknowledged; the lanes stop lingering over it. Undefined: it is already. */
  add(): Promise<void> | undefined {
    const marks = this.#lanes.map((lane) => lane.appended);
    for (const lane of this.#lanes) lane.flushUpTo = lane.appended;
    if (this.#lanes.every((lane) => lane.isEmpty)) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.add({ marks, resolve, reject });
    return promise;
  }

  /** After acknowledgements: resolves those that have all they wait for. */
  resolveReached(): void {
    for (const waiter of this.#waiters) {
      if (!this.#lanes.every((lane, index) => lane.acknowledged >= waiter.marks[index]!)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  rejectAll(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}

interface Waiter {
  /** By lane: as many of its records have to be acknowledged. */
  marks: number[];
  resolve: () => void;
  reject: (error: Error) => void;
}
