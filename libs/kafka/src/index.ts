export type { Chunk } from './chunk.ts';
export { ANY_NODE, type Cluster, connectCluster } from './cluster.ts';
export { crc32c } from './crc32c.ts';
export {
  clientCode,
  type ErrorKind,
  errorCode,
  errorOf,
  FencedError,
  isRetriable,
  KafkaError,
  OffsetOutOfRangeError,
  StopError,
} from './errors.ts';
export { PEER_PATH, PEER_PROTOCOL } from './failover/peer-protocol.ts';
export { describeGroup, type Group, type GroupMember } from './group.ts';
export {
  type IdempotentWriter,
  type IdempotentWriterOptions,
  openIdempotentWriter,
} from './idempotent-writer.ts';
export type { KafkaSettings } from './kafka-settings.ts';
export { type LogClient, type LogWriter, logClient } from './log-client.ts';
export type { Logger } from './logger.ts';
export { joinGroup, type Membership, type MembershipOptions } from './membership.ts';
export { deleteGroupOffset, deleteRecordsBefore, groupOffset, listOffset } from './offsets.ts';
export type { GroupOffset, ProducedPart, ProducePart } from './produce-part.ts';
export { readRange } from './read-range.ts';
export { type Reader, type ReaderOptions, startReader } from './reader.ts';
export {
  BatchBuilder,
  type BatchIdentity,
  type OutgoingRecord,
  type OutgoingRecord as BatchRecord,
} from './record-batch.ts';
export { RecordCursor } from './record-cursor.ts';
export type { Request, TopicPartition } from './request.ts';
export type { Subscription } from './subscription.ts';
export {
  describeTopic,
  ensureTopics,
  type TopicDescription,
  type TopicPlan,
  type TopicReport,
} from './topics.ts';
export { TransactionalWriter } from './transactional-writer.ts';
export type { TransactionalWriterOptions } from './transactional-writer-options.ts';
