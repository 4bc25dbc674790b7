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

export function nameOf(at: TopicPartition): string {
  return `${at.topic}-${at.partition}`;
}
