import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  connectCluster,
  errorCode,
  type IdempotentWriter,
  KafkaError,
  type KafkaSettings,
  openIdempotentWriter,
} from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import type { Health, Log } from '@meanwhile/service';
import type { Price } from './price.ts';
import { priceBytes } from './price-bytes.ts';

const TOPIC_POLL_MS = 500;
const TOPIC_LOG_MS = 5_000;

export interface Publisher {
  /** Undefined: taken. A promise: taken too, go on when it resolves. */
  publish(price: Price): Promise<void> | undefined;
  /** All that was published is acknowledged. */
  flush(): Promise<void>;
  /** Ends the connections, whatever still waits. */
  disconnect(): Promise<void>;
  readonly acknowledged: number;
  readonly pending: number;
}

export interface PublisherOptions {
  kafka: KafkaSettings;
  topic: string;
  log: Log;
  health: Health;
  /** Ends the waiting for a broker and for the topic. */
  signal: AbortSignal;
  /** A broker is away, or slow. */
  onRetry: (error: Error) => void;
}

/** Opens the topic for writing; a broker that is away and a topic that is not there yet are waited for. */
export async function openPublisher(o: PublisherOptions): Promise<Publisher> {
  o.health.setNotReady('connecting to Kafka');
  const cluster = await connectCluster(o.kafka, { logger: o.log, signal: o.signal });
  let writer: IdempotentWriter;
  try {
    writer = await openWhenThere(cluster, o);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  const bytes = priceBytes();
  return {
    // The record's own timestamp is the time of sending: topics that keep it count their retention from there, so that a
    // replay of old prices is not deleted at once.
    publish: (price) => writer.append(bytes.key(price), bytes.value(price), Date.now()),
    flush: () => writer.flush(),
    disconnect: () => cluster.close(),
    get acknowledged() {
      return writer.acknowledged;
    },
    get pending() {
      return writer.pending;
    },
  };
}

async function openWhenThere(cluster: Cluster, o: PublisherOptions): Promise<IdempotentWriter> {
  let loggedAtMs = -Infinity;
  for (;;) {
    try {
      await cluster.partitionCount(o.topic); // knows within 2 s that there is none; opening would go on trying first
      return await openIdempotentWriter(cluster, {
        topic: o.topic,
        partitionFor,
        logger: o.log,
        onRetry: o.onRetry,
      });
    } catch (error) {
      if (!(error instanceof KafkaError) || error.kind !== 'retry') throw error;
      const reason =
        error.code === errorCode.unknownTopicOrPartition
          ? `topic ${o.topic} does not exist: create it with npm run meanwhile -- topics`
          : `topic ${o.topic} cannot be opened yet: ${error.message}`;
      o.health.setNotReady(reason);
      if (performance.now() - loggedAtMs >= TOPIC_LOG_MS) {
        loggedAtMs = performance.now();
        o.log.warn(`waiting: ${reason}`);
      }
      await sleep(TOPIC_POLL_MS, undefined, { signal: o.signal });
    }
  }
}
