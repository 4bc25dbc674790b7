import type { Cluster } from './cluster.ts';
import type { Logger } from './logger.ts';
import { deleteRecordsBefore, groupOffset, listOffset } from './offsets.ts';
import type { GroupOffset, ProducedPart, ProducePart } from './produce-part.ts';
import { type Reader, type ReaderOptions, startReader } from './reader.ts';
import type { TopicPartition } from './request.ts';
import { TransactionalWriter } from './transactional-writer.ts';

/** The surface of a transactional writer; single use once a call failed. */
export interface LogWriter {
  send(parts: readonly ProducePart[]): Promise<ProducedPart[]>;
  commit(parts: readonly ProducePart[], offset: GroupOffset): Promise<ProducedPart[]>;
}

/**
 * What a program that reads and writes exactly once asks of a Kafka cluster. The simulated log (`@meanwhile/kafka/testing`) has the
 * same surface, and one conformance suite runs on both. Errors are those of `errors.ts`; what heals within 30 s is waited for.
 */
export interface LogClient {
  /**
   * Fences every earlier writer with the id and resolves its open transaction before it answers, in all of `partitions` even if the
   * broker has lost it.
   */
  openWriter(o: {
    transactionalId: string;
    groupId: string;
    timeoutMs: number;
    partitions?: readonly TopicPartition[];
  }): Promise<LogWriter>;
  startReader(o?: Omit<ReaderOptions, 'logger'>): Reader;
  listOffset(topic: string, partition: number, at: 'earliest' | 'latest' | 'stable'): Promise<number>;
  /** The group's committed offset, -1 for none. An open transaction that holds a new one is waited for. */
  groupOffset(groupId: string, topic: string, partition: number): Promise<number>;
  deleteRecordsBefore(topic: string, partition: number, offset: number): Promise<void>;
  /** Another one after the topic was deleted and created anew. */
  topicId(topic: string): Promise<string>;
  partitionCount(topic: string): Promise<number>;
}

export function logClient(cluster: Cluster, options: { logger: Logger }): LogClient {
  const { logger } = options;
  return {
    // A partition's commit waits for none of another's.
    openWriter: (o) => TransactionalWriter.open(cluster.lane(), { ...o, logger }),
    startReader: (o) => startReader(cluster, { ...o, logger }),
    listOffset: (topic, partition, at) => listOffset(cluster, topic, partition, at),
    groupOffset: (groupId, topic, partition) => groupOffset(cluster, groupId, topic, partition),
    deleteRecordsBefore: (topic, partition, offset) => deleteRecordsBefore(cluster, topic, partition, offset),
    topicId: (topic) => cluster.topicId(topic),
    partitionCount: (topic) => cluster.partitionCount(topic),
  };
}
