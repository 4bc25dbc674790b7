import type { Scenario } from './stream-scenario.ts';

/** Partitions where an open transaction holds readers up, in words. */
export function openPartitions({ cluster, topics, partitions }: Scenario): string[] {
  return [topics.input, ...topics.outputs, topics.journal].flatMap((topic) =>
    partitions
      .map((partition) => cluster.partition(topic, partition))
      .filter((log) => log.lastStable !== log.highWatermark)
      .map((log) => `${topic}-${log.partition}: last stable ${log.lastStable}, end ${log.highWatermark}`),
  );
}

/** Transactions that were committed in one topic and aborted in another, as "partition: producer/epoch". */
export function tornTransactions({ cluster, topics, partitions }: Scenario): string[] {
  return partitions.flatMap((partition) => {
    const ends = new Map<string, string>();
    const torn = new Set<string>();
    for (const topic of [...topics.outputs, topics.journal]) {
      for (const [id, verdict] of cluster.partition(topic, partition).transactionEnds()) {
        if ((ends.get(id) ?? verdict) !== verdict) torn.add(`${partition}: ${id}`);
        ends.set(id, verdict);
      }
    }
    return [...torn];
  });
}

/** Where the ends of several transactions in a row were lost, which one marker would end in the same way. */
export function tangledPartitions({ cluster, topics, partitions }: Scenario): string[] {
  return [...topics.outputs, topics.journal].flatMap((topic) =>
    partitions
      .filter((partition) => cluster.partition(topic, partition).transactionsOpen().size > 1)
      .map((partition) => `${topic}-${partition}`),
  );
}
