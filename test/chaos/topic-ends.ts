import { type Cluster, listOffset } from '@meanwhile/kafka';

/** Where a partition ends for those who read everything, and for those who read what is committed. */
export interface TopicEnd {
  topic: string;
  partition: number;
  highWatermark: number;
  lastStableOffset: number;
}

/**
 * The high watermark is asked first: a last stable offset below it then was so at the moment of its answer, since a watermark
 * never goes back. An open transaction stands between the two.
 */
export async function topicEnds(
  cluster: Cluster,
  topics: readonly string[],
  partitions: readonly number[],
): Promise<TopicEnd[]> {
  const places = topics.flatMap((topic) => partitions.map((partition) => ({ topic, partition })));
  const ask = (at: 'latest' | 'stable') =>
    Promise.all(places.map(({ topic, partition }) => listOffset(cluster, topic, partition, at)));
  const highWatermarks = await ask('latest');
  const stable = await ask('stable');
  return places.map((place, i) => ({
    ...place,
    highWatermark: highWatermarks[i]!,
    lastStableOffset: stable[i]!,
  }));
}

/** Partitions with an open transaction. */
export async function openTransactions(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
): Promise<number[]> {
  const ends = await topicEnds(cluster, [topic], partitions);
  return ends.filter((end) => end.lastStableOffset < end.highWatermark).map(({ partition }) => partition);
}
