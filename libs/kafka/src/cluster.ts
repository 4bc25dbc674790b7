import { setTimeout as sleep } from 'node:timers/promises';
import { linkOpener, type OpenLink } from './broker-link.ts';
import { ClusterBrokers } from './cluster-brokers.ts';
import { ClusterTopics } from './cluster-topics.ts';
import { clientCode, errorCode, errorOf, isRetriable, KafkaError } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Logger } from './logger.ts';
import type { Request } from './request.ts';
import { apiVersionsRequest } from './requests/api-versions.ts';
import { findCoordinatorRequest } from './requests/find-coordinator.ts';

/** Connections (two per broker and lane) and what is known about topics, leaders and coordinators. */
export interface Cluster {
  /** From the last look. Throws UNKNOWN_TOPIC_OR_PARTITION when the topic stays unknown for 2 s. */
  partitionCount(topic: string): Promise<number>;
  /** The leader's node id from the last look; waits up to 2 s for one. Throws as partitionCount, or LEADER_NOT_AVAILABLE. */
  leaderOf(topic: string, partition: number): Promise<number>;
  /** Asked anew each time: a topic that was deleted and created again has another id. 22 characters as Kafka prints it. */
  topicId(topic: string): Promise<string>;
  /** Looks anew at the brokers, at all topics asked about so far and at these; done with a look that began after the call. */
  refresh(topics?: readonly string[]): Promise<void>;
  /** One request, one answer, no retry. `ANY_NODE`: any broker that can be reached. Throws KafkaError, see `BrokerLink.call`. */
  call<T>(nodeId: number, request: Request<T>, options?: { signal?: AbortSignal }): Promise<T>;
  /** Node id of the coordinator. Remembered until its broker is away or `isFresh` asks anew. Waits up to 10 s for one. */
  coordinator(kind: 'group' | 'transaction', key: string, options?: { isFresh?: boolean }): Promise<number>;
  /** The finalized level of the feature `transaction.version`: 2 and above is KIP-890 (TV2). */
  transactionVersion(): Promise<number>;
  /**
   * The same cluster over other connections: a broker answers the requests of a connection one after the other, so that a slow one
   * holds up only those of its lane. There are 16, given out in turn. Only `call` to a node goes by them.
   */
  lane(): Cluster;
  close(): Promise<void>;
}

export const ANY_NODE = -1;

/** A replica with more partitions shares them: from here on the broker is busier than the connections. */
const LANES = 16;
const RETRY_INTERVAL_MS = 100;
const COORDINATOR_WAIT_MS = 10_000;
const CONNECT_BACKOFF_MAX_MS = 2_000;
const CONNECT_LOG_INTERVAL_MS = 10_000;

/**
 * Connects and looks at the cluster once. A cluster that is away is waited for until `signal` aborts; refused credentials throw
 * at once.
 */
export async function connectCluster(
  settings: KafkaSettings,
  options: { logger: Logger; signal?: AbortSignal },
): Promise<Cluster> {
  const cluster = createCluster(settings, linkOpener(settings, options.logger));
  // A broker that takes the connection and never answers would hold up the end by its time-out.
  const onAbort = () => void cluster.close();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await firstLook(cluster, settings, options);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** Closes the cluster when it throws. */
async function firstLook(
  cluster: Cluster,
  settings: KafkaSettings,
  options: { logger: Logger; signal?: AbortSignal },
): Promise<Cluster> {
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  for (let backoffMs = RETRY_INTERVAL_MS; ; backoffMs = Math.min(backoffMs * 2, CONNECT_BACKOFF_MAX_MS)) {
    try {
      await cluster.refresh();
      return cluster;
    } catch (error) {
      if (!isRetriable(error) || options.signal?.aborted) {
        await cluster.close();
        throw error;
      }
      if (performance.now() - loggedAtMs >= CONNECT_LOG_INTERVAL_MS) {
        loggedAtMs = performance.now();
        options.logger.warn(
          { brokers: settings.brokers, error: error.message },
          'waiting for the Kafka cluster',
        );
      }
      await sleep(backoffMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

function createCluster(settings: KafkaSettings, openLink: OpenLink): Cluster {
  const brokers = new ClusterBrokers(openLink, settings.brokers);
  const topics = new ClusterTopics(brokers);
  const coordinators = new Map<string, number>();

  async function call<T>(
    nodeId: number,
    request: Request<T>,
    { signal, lane }: { signal?: AbortSignal; lane?: number } = {},
  ): Promise<T> {
    if (signal?.aborted) throw new KafkaError(request.apiName, clientCode.closed);
    if (nodeId === ANY_NODE) return brokers.callAny(request);
    try {
      return await unlessAborted(brokers.call(nodeId, request, lane), signal, request.apiName);
    } catch (error) {
      if (isAway(error)) forgetCoordinatorsOn(nodeId);
      throw error;
    }
  }

  function forgetCoordinatorsOn(nodeId: number): void {
    for (const [key, node] of coordinators) if (node === nodeId) coordinators.delete(key);
  }

  async function coordinator(
    kind: 'group' | 'transaction',
    key: string,
    lookup: { isFresh?: boolean } = {},
  ): Promise<number> {
    const name = `${kind}:${key}`;
    const remembered = coordinators.get(name);
    if (remembered !== undefined && lookup.isFresh !== true) return remembered;
    const endMs = performance.now() + COORDINATOR_WAIT_MS;
    for (;;) {
      const found = await brokers.ask(findCoordinatorRequest({ kind, key }));
      if (found.errorCode === errorCode.none) {
        brokers.add(found);
        coordinators.set(name, found.nodeId);
        return found.nodeId;
      }
      const error = errorOf(`FindCoordinator of ${kind} ${key}`, found.errorCode);
      if (error.kind !== 'retry' || performance.now() > endMs) throw error;
      await sleep(RETRY_INTERVAL_MS);
    }
  }

  let lanes = 0;

  const cluster: Cluster = {
    call,
    lane() {
      const lane = 1 + (lanes++ % LANES);
      return { ...cluster, call: (nodeId, request, options) => call(nodeId, request, { ...options, lane }) };
    },
    coordinator,
    refresh: (more) => topics.refresh(more),
    leaderOf: (topic, partition) => topics.leaderOf(topic, partition),
    partitionCount: async (topic) => (await topics.described(topic)).leaders.size,
    async topicId(topic) {
      await topics.refresh([topic]);
      return (await topics.described(topic)).topicId;
    },
    async transactionVersion() {
      const versions = await brokers.ask(apiVersionsRequest());
      if (versions.errorCode !== errorCode.none) throw errorOf('ApiVersions', versions.errorCode);
      return versions.finalizedFeatures.get('transaction.version') ?? 0;
    },
    close: () => brokers.close(),
  };
  return cluster;
}

function isAway(error: unknown): boolean {
  return (
    error instanceof KafkaError && (error.code === clientCode.notSent || error.code === clientCode.noAnswer)
  );
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(new KafkaError(what, clientCode.closed));
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
