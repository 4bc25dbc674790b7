import { type Cluster, listOffset, startReader } from '@meanwhile/kafka';
import { readPartition } from '../support/checker-read.ts';
import { readText } from '../support/checker-wire.ts';
import { silent } from '../support/pipeline.ts';

/** The reasons that occur in a topic of dead letters. */
export async function deadLetterReasons(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
): Promise<Set<string>> {
  const reader = startReader(cluster, { logger: silent });
  const reasons = new Set<string>();
  try {
    for (const partition of partitions) {
      const toOffset = await listOffset(cluster, topic, partition, 'stable');
      for (const { headers } of await readPartition(cluster, reader, { topic, partition, toOffset })) {
        const reason = headers.findLast(({ key }) => key === 'reason');
        reasons.add(readText(reason?.value ?? null) ?? 'none');
      }
    }
  } finally {
    await reader.close();
  }
  return reasons;
}
