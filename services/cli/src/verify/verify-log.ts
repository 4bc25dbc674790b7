import { type Cluster, type Logger, listOffset, type Reader, StopError, startReader } from '@meanwhile/kafka';

/** All that verification asks of Kafka: committed records and offsets. It joins no group and writes nothing. */
export interface VerifyLog {
  /** read_committed. */
  readonly reader: Reader;
  /** 'stable' is where read_committed ends, 'latest' where the log ends; a number: the first record at or after a time in ms. */
  offset(topic: string, partition: number, at: 'earliest' | 'stable' | 'latest' | number): Promise<number>;
  topicId(topic: string): Promise<string>;
  partitionCount(topic: string): Promise<number>;
}

/** Longer than any transaction of an aggregator that died (45 s). */
const SETTLE_MS = 90_000;
const POLL_MS = 50;

export function verifyLog(cluster: Cluster, logger: Logger): VerifyLog & { close(): Promise<void> } {
  const reader = startReader(cluster, { logger });
  return {
    reader,
    offset: (topic, partition, at) => listOffset(cluster, topic, partition, at),
    topicId: (topic) => cluster.topicId(topic),
    partitionCount: (topic) => cluster.partitionCount(topic),
    close: () => reader.close(),
  };
}

/**
 * The log's present end, once all transactions below it have ended: everything that belongs to what is visible elsewhere is there.
 * @throws StopError when one does not end
 */
export async function settledEnd(log: VerifyLog, topic: string, partition: number): Promise<number> {
  const end = await log.offset(topic, partition, 'latest');
  const endMs = performance.now() + SETTLE_MS;
  for (;;) {
    const stable = await log.offset(topic, partition, 'stable');
    if (stable >= end) return end;
    if (performance.now() > endMs)
      throw new StopError(
        `${topic}[${partition}]: a transaction is open at offset ${stable} for more than ${SETTLE_MS / 1_000} s, wanted it ended`,
        { remedy: 'start the aggregator once: it ends what an earlier one left open' },
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
