import type { LogClient, LogWriter, Reader } from '@meanwhile/kafka';
import { streamLimits } from './limits.ts';

/** Where a stream reads and writes; every topic has the same number of partitions. */
export interface StreamTopics {
  input: string;
  /** Output topics, in the order of the processor's output indices. */
  outputs: readonly string[];
  journal: string;
}

/** The transactional writer of one partition; single use once a call failed. */
export type PartitionWriter = LogWriter;

/** All that a task asks of Kafka. */
export interface Log {
  /** Shuts every earlier owner of the partition's outputs out and resolves its open transaction. */
  fence(partition: number): Promise<PartitionWriter>;
  /** For live partitions. */
  readonly reader: Reader;
  /** For restores, on connections of its own: replay never delays live partitions. */
  readonly restoreReader: Reader;
  /** 'stable' is where read_committed ends, 'latest' where the log ends. */
  offset(topic: string, partition: number, at: 'earliest' | 'stable' | 'latest'): Promise<number>;
  /** The group's committed input offset, or -1. */
  groupOffset(partition: number): Promise<number>;
  trimJournal(partition: number, beforeOffset: number): Promise<void>;
}

export interface LogOptions {
  topics: StreamTopics;
  groupId: string;
  client: LogClient;
  reader: Reader;
  restoreReader: Reader;
  transactionTimeoutMs?: number;
}

/** The log of a stream's topics on a cluster, or on a simulated one. */
export function streamLog(options: LogOptions): Log {
  const { topics, groupId, client } = options;
  // Whoever writes these outputs is shut out, whatever its group: the owner's name goes by what is written.
  const owned = topics.outputs[0] ?? topics.journal;
  return {
    fence: (partition) =>
      client.openWriter({
        transactionalId: `${owned}-${partition}`,
        groupId,
        timeoutMs: options.transactionTimeoutMs ?? streamLimits.transactionTimeoutMs,
        partitions: [...topics.outputs, topics.journal].map((topic) => ({ topic, partition })),
      }),
    reader: options.reader,
    restoreReader: options.restoreReader,
    offset: (topic, partition, at) => client.listOffset(topic, partition, at),
    groupOffset: (partition) => client.groupOffset(groupId, topics.input, partition),
    trimJournal: (partition, beforeOffset) =>
      client.deleteRecordsBefore(topics.journal, partition, beforeOffset),
  };
}
