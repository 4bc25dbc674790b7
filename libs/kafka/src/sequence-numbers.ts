import { nameOf } from './produce-part.ts';
import type { TopicPartition } from './request.ts';

const SEQUENCE_MODULUS = 2 ** 31;

/** The sequence number after `count` records; wraps at 2^31 as the broker does. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCE_MODULUS;
}

/** The next sequence number of each partition that an identity writes to; 0 where it has not written yet. */
export class SequenceNumbers {
  readonly #next = new Map<string, number>();

  of(part: TopicPartition): number {
    return this.#next.get(nameOf(part)) ?? 0;
  }

  /** The broker has taken a batch of so many records. */
  accepted(part: TopicPartition, count: number): void {
    this.#next.set(nameOf(part), sequenceAfter(this.of(part), count));
  }

  /** For a new identity. */
  clear(): void {
    this.#next.clear();
  }
}
