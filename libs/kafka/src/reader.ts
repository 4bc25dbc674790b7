import { BoundedLog } from './bounded-log.ts';
import type { Cluster } from './cluster.ts';
import { clientCode, errorCode, KafkaError, OffsetOutOfRangeError, StopError } from './errors.ts';
import { type FetchLoop, startFetchLoop } from './fetch-loop.ts';
import type { Logger } from './logger.ts';
import { listOffset } from './offsets.ts';
import { pause } from './pause.ts';
import {
  fetchBytesMax,
  PartitionSubscription,
  type SubscribeOptions,
  type Subscription,
} from './subscription.ts';

export interface Reader {
  /**
   * Reads a partition from `offset` on. `onReady` is called after each arrival, after each answer that moves `emptySinceMs`, and when
   * `error` is set; it should only note that there is work, since the next fetch goes out after it.
   */
  subscribe(o: SubscribeOptions): Subscription;
  /** Ends all subscriptions: their `error` becomes KafkaError CLOSED. */
  close(): Promise<void>;
}

export interface ReaderOptions {
  logger: Logger;
  /** Default read_committed: the aborted transactions of each chunk are listed in it. */
  isolation?: 'read_committed' | 'read_uncommitted';
  /** Of a long poll. Default 100. */
  maxWaitMs?: number;
  /** Per partition and fetch, at most the default of 1 MiB; a lone larger batch comes whole. */
  fetchBytesMax?: number;
  /** How long a topic may be unknown to the cluster before the subscription fails. Default 30,000. */
  unknownTopicMs?: number;
  /** Wall clock of `sentAtMs` and `emptySinceMs`. */
  now?: () => number;
}

const backoffMinMs = 50;
const backoffMaxMs = 2_000;
/** A topic just created, or all of whose brokers restart, may be unknown for a while. */
const defaultUnknownTopicMs = 30_000;

/**
 * One fetch loop per broker; subscriptions move between them with their leader. Brokers that are away are waited for. Two readers on
 * one cluster share its fetch connection and so wait for each other's long polls: give each its own cluster.
 */
export function startReader(cluster: Cluster, options: ReaderOptions): Reader {
  const closing = new AbortController();
  const { signal } = closing;
  const log = new BoundedLog(options.logger);
  const subscriptions = new Set<PartitionSubscription>();
  const loops = new Map<number, FetchLoop>();

  /** Finds the leader, however long it takes, and hands the subscription to its loop. */
  async function place(subscription: PartitionSubscription): Promise<void> {
    while (subscription.isLive && !signal.aborted) {
      try {
        const nodeId = await cluster.leaderOf(subscription.topic, subscription.partition);
        if (subscription.isLive && !signal.aborted) loopOf(nodeId).add(subscription);
        return;
      } catch (error) {
        await afterFailure(subscription, error);
      }
    }
  }

  function loopOf(nodeId: number): FetchLoop {
    let loop = loops.get(nodeId);
    if (loop === undefined) {
      loop = startFetchLoop({
        cluster,
        nodeId,
        isolation: options.isolation ?? 'read_committed',
        maxWaitMs: options.maxWaitMs ?? 100,
        fetchBytesMax: Math.min(options.fetchBytesMax ?? fetchBytesMax, fetchBytesMax),
        now: options.now ?? Date.now,
        signal,
        onFailure: (subscription, error) =>
          void afterFailure(subscription, error).then(() => place(subscription)),
      });
      loops.set(nodeId, loop);
    }
    return loop;
  }

  /** Ends the subscription, or waits and looks anew for its leader. */
  async function afterFailure(subscription: PartitionSubscription, error: unknown): Promise<void> {
    const { topic, partition, position } = subscription;
    const code = error instanceof KafkaError ? error.code : undefined;
    if (code === errorCode.offsetOutOfRange) {
      const logStartOffset = await listOffset(cluster, topic, partition, 'earliest').catch(() => -1);
      subscription.fail(
        new OffsetOutOfRangeError('Fetch', { topic, partition, offset: position }, logStartOffset),
      );
      return;
    }
    const fatal = fatalError(subscription, error, options.unknownTopicMs ?? defaultUnknownTopicMs);
    if (fatal !== undefined) {
      subscription.fail(fatal);
      return;
    }
    log.warn({ topic, partition, offset: position, error: textOf(error) }, 'reading failed, trying again');
    await pause(Math.min(backoffMinMs * 2 ** subscription.failures++, backoffMaxMs), signal);
    if (!subscription.isLive || signal.aborted) return;
    await cluster.refresh([topic]).catch((cause: unknown) => {
      log.warn({ topic, error: textOf(cause) }, 'looking for the leader failed, trying again');
    });
  }

  return {
    subscribe(o) {
      if (signal.aborted) throw new KafkaError('subscribe', clientCode.closed, o);
      for (const other of subscriptions) if (other.isClosed) subscriptions.delete(other);
      const subscription = new PartitionSubscription(o);
      subscriptions.add(subscription);
      void place(subscription);
      return subscription;
    },
    async close() {
      closing.abort();
      const error = new KafkaError('Fetch', clientCode.closed);
      for (const subscription of subscriptions) subscription.fail(error);
      await Promise.all([...loops.values()].map((loop) => loop.ended));
    },
  };
}

/** What no waiting heals. */
function fatalError(
  subscription: PartitionSubscription,
  error: unknown,
  unknownTopicMs: number,
): Error | undefined {
  if (!(error instanceof KafkaError)) return undefined;
  const { topic, partition } = subscription;
  if (error.code === clientCode.closed || error.kind === 'stop') return error;
  if (error.code !== errorCode.unknownTopicOrPartition) {
    subscription.unknownSinceMs = undefined;
    return undefined;
  }
  subscription.unknownSinceMs ??= performance.now();
  const unknownMs = performance.now() - subscription.unknownSinceMs;
  if (unknownMs < unknownTopicMs) return undefined;
  return new StopError(
    `cannot read ${topic}-${partition}: unknown to the cluster for ${Math.round(unknownMs / 1000)} s, wanted an existing partition`,
    { remedy: 'was the topic deleted? Restore it or start under other names', cause: error },
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
