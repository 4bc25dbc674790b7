import {
  type Cluster,
  deleteRecordsBefore,
  groupOffset,
  type Logger,
  listOffset,
  type ProducePart,
  type Reader,
  TransactionalWriter,
} from '@meanwhile/kafka';

/** A transaction is 45 s at the most between its first record and its end; a dead owner blocks readers no longer. */
const TRANSACTION_TIMEOUT_MS = 45_000;

/** Where a stream reads and writes; every topic has the same number of partitions. */
export interface StreamTopics {
  input: string;
  /** Output topics, in the order of the processor's output indices. */
  outputs: readonly string[];
  journal: string;
}

export interface ProducedAt {
  topic: string;
  partition: number;
  baseOffset: number;
}

/** The transactional writer of one partition; single use once a call failed. */
export interface PartitionWriter {
  send(parts: ProducePart[]): Promise<ProducedAt[]>;
  commit(
    parts: ProducePart[],
    offset: { topic: string; partition: number; offset: number },
  ): Promise<ProducedAt[]>;
}

/** All that a task asks of Kafka: the seam at which a simulated log can stand in. */
export interface Log {
  /** Shuts every earlier owner of the partition's outputs out and resolves its open transaction. */
  fence(partition: number): Promise<PartitionWriter>;
  /** For live partitions. */
  readonly reader: Reader;
  /** For restores, on connections of its own: replay never delays live partitions. */
  readonly restoreReader: Reader;
  /** 'stable' is where read_committed ends. */
  offset(topic: string, partition: number, at: 'earliest' | 'stable'): Promise<number>;
  /** The group's committed input offset, or -1. */
  groupOffset(partition: number): Promise<number>;
  trimJournal(partition: number, beforeOffset: number): Promise<void>;
}

export interface LogOptions {
  topics: StreamTopics;
  groupId: string;
  /** Owner's name in the transaction coordinator is `<prefix>-<partition>`. */
  transactionalIdPrefix: string;
  writing: Cluster;
  reader: Reader;
  restoreReader: Reader;
  logger: Logger;
}

export function kafkaLog(options: LogOptions): Log {
  const { topics, groupId, writing, logger } = options;
  return {
    fence: (partition) =>
      TransactionalWriter.open(writing, {
        transactionalId: `${options.transactionalIdPrefix}-${partition}`,
        groupId,
        timeoutMs: TRANSACTION_TIMEOUT_MS,
        logger,
      }),
    reader: options.reader,
    restoreReader: options.restoreReader,
    offset: (topic, partition, at) => listOffset(writing, topic, partition, at),
    groupOffset: (partition) => groupOffset(writing, groupId, topics.input, partition),
    trimJournal: (partition, beforeOffset) =>
      deleteRecordsBefore(writing, topics.journal, partition, beforeOffset),
  };
}
