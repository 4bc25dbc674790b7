import { connectCluster, listOffset, startReader } from '@meanwhile/kafka';
import { readPartition } from './checker-read.ts';
import type { LogRecord } from './checker-types.ts';
import { silent } from './pipeline.ts';

/** All records of a topic, by partition: the committed ones unless asked otherwise. */
export async function topicRecords(
  brokers: string,
  topic: string,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
): Promise<LogRecord[][]> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  const reader = startReader(cluster, { logger: silent, isolation });
  try {
    const partitions: LogRecord[][] = [];
    for (let partition = 0; partition < (await cluster.partitionCount(topic)); partition++) {
      const toOffset = await listOffset(cluster, topic, partition, 'stable');
      partitions.push(await readPartition(cluster, reader, { topic, partition, toOffset }));
    }
    return partitions;
  } finally {
    await reader.close();
    await cluster.close();
  }
}
