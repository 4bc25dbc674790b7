import { topicRecords } from './topic-records.ts';

/** The partition in which each key of a topic lies; of a key in several, the last. */
export async function placedKeys(brokers: string, topic: string): Promise<Record<string, number>> {
  const partitions = await topicRecords(brokers, topic);
  const placed = partitions.flatMap((records, partition) =>
    records.map(({ key }) => [Buffer.from(key!).toString(), partition] as const),
  );
  return Object.fromEntries(placed);
}
