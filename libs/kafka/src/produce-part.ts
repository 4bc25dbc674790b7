import type { BatchBuilder } from './record-batch.ts';
import type { TopicPartition } from './request.ts';

/** A batch and where it goes. The batch must not change before the call it is given to has settled: retries seal it again. */
export interface ProducePart extends TopicPartition {
  batch: BatchBuilder;
}

export interface ProducedPart extends TopicPartition {
  baseOffset: number;
}

/** The next offset of an input partition that the group reads. */
export interface GroupOffset extends TopicPartition {
  offset: number;
}

/** nth batches of every partition together: order within a partition, one batch per partition and request. */
export function roundsOf(parts: readonly ProducePart[]): ProducePart[][] {
  const rounds: ProducePart[][] = [];
  const seen = new Map<string, number>();
  for (const part of parts) {
    const index = seen.get(nameOf(part)) ?? 0;
    seen.set(nameOf(part), index + 1);
    const round = rounds[index];
    if (round === undefined) rounds.push([part]);
    else round.push(part);
  }
  return rounds;
}

export function nameOf(at: TopicPartition): string {
  return `${at.topic}-${at.partition}`;
}
