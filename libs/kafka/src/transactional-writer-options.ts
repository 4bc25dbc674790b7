import type { Logger } from './logger.ts';
import type { TopicPartition } from './request.ts';

export interface TransactionalWriterOptions {
  transactionalId: string;
  /** The group whose offset a commit moves. */
  groupId: string;
  /** A transaction open for longer is aborted by the coordinator. Above the broker's `transaction.max.timeout.ms`: refused. */
  timeoutMs: number;
  /**
   * All that the id ever writes to, and nobody else: a transaction that the broker has left half ended there is ended in full before
   * the writer is handed out. Without them it is not looked for.
   */
  partitions?: readonly TopicPartition[];
  logger: Logger;
}
