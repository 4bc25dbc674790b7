import type { Cluster } from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import { ExplainError } from './explain-error.ts';

export interface PartitionedKey {
  key: Uint8Array;
  partition: number;
}

/** The bytes of a symbol as a record's key, and where they are. @throws ExplainError; KafkaError for an unknown topic */
export async function partitionOf(
  cluster: Cluster,
  inputTopic: string,
  { symbol, partition }: { symbol: string; partition?: number | undefined },
): Promise<PartitionedKey> {
  if (symbol === '' || !symbol.isWellFormed()) {
    const found = `symbol: ${JSON.stringify(symbol)}`;
    throw new ExplainError('bad_query', `${found}, wanted a text that UTF-8 can carry, not empty`);
  }
  const key = new TextEncoder().encode(symbol);
  const partitions = await cluster.partitionCount(inputTopic);
  if (partition !== undefined && partition >= partitions) {
    const wanted = `wanted one from 0 to ${partitions - 1} of ${inputTopic}`;
    throw new ExplainError('bad_query', `partition: ${partition}, ${wanted}`);
  }
  return { key, partition: partition ?? partitionFor(key, partitions) };
}
