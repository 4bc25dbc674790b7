import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerLink, linkOpener, type OpenLink } from './broker-link.ts';
import { clientCode, errorCode, errorOf, isRetriable, KafkaError } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Logger } from './logger.ts';
import type { Request } from './request.ts';
import { apiVersionsRequest } from './requests/api-versions.ts';
import { findCoordinatorRequest } from './requests/find-coordinator.ts';
import { type BrokerAddress, metadataRequest, type TopicMetadata } from './requests/metadata.ts';

/** One set of connections (two per broker) and what is known about topics, leaders and coordinators. */
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
  close(): Promise<void>;
}

export const ANY_NODE = -1;

const RETRY_INTERVAL_MS = 100;
/** A topic just created is unknown to some brokers for up to a second; a deleted one should be noticed soon. */
const UNKNOWN_TOPIC_WAIT_MS = 2_000;
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

interface KnownBroker extends Omit<BrokerAddress, 'nodeId'> {
  link: Promise<BrokerLink>;
}

function createCluster(settings: KafkaSettings, openLink: OpenLink): Cluster {
  const brokers = new Map<number, KnownBroker>();
  /** Brokers that left the metadata or changed their address: their answers under way may still come. */
  const retired = new Set<KnownBroker>();
  const seeds = settings.brokers.map(addressOf).map(known);
  const topics = new Map<string, TopicMetadata>();
  const watched = new Set<string>();
  const coordinators = new Map<string, number>();
  let isClosed = false;

  function known(address: { host: string; port: number }): KnownBroker {
    return { host: address.host, port: address.port, link: openLink(address) };
  }

  async function call<T>(
    nodeId: number,
    request: Request<T>,
    callOptions: { signal?: AbortSignal } = {},
  ): Promise<T> {
    if (isClosed || callOptions.signal?.aborted) throw new KafkaError(request.apiName, clientCode.closed);
    if (nodeId === ANY_NODE) return callAny(request);
    const broker = brokers.get(nodeId);
    if (broker === undefined) {
      const cause = new Error(`broker ${nodeId} is not in the metadata`);
      throw new KafkaError(request.apiName, clientCode.notSent, { cause });
    }
    try {
      const link = await broker.link;
      return await unlessAborted(link.call(request), callOptions.signal, request.apiName);
    } catch (error) {
      if (
        error instanceof KafkaError &&
        (error.code === clientCode.notSent || error.code === clientCode.noAnswer)
      ) {
        forgetCoordinatorsOn(nodeId);
      }
      throw error;
    }
  }

  async function callAny<T>(request: Request<T>): Promise<T> {
    let last: unknown;
    for (const broker of [...shuffled([...brokers.values()]), ...shuffled(seeds)]) {
      if (isClosed) throw new KafkaError(request.apiName, clientCode.closed);
      try {
        return await (await broker.link).call(request);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** A question without effect: a lost answer is as good as one not sent, so that no caller has to fear for its outcome. */
  async function ask<T>(request: Request<T>): Promise<T> {
    try {
      return await callAny(request);
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== clientCode.noAnswer) throw error;
      throw new KafkaError(request.apiName, clientCode.notSent, { cause: error });
    }
  }

  function forgetCoordinatorsOn(nodeId: number): void {
    for (const [key, node] of coordinators) if (node === nodeId) coordinators.delete(key);
  }

  async function look(): Promise<void> {
    const metadata = await ask(metadataRequest([...watched]));
    if (isClosed) return;
    learnBrokers(metadata.brokers);
    for (const topic of metadata.topics) {
      if (topic.errorCode === errorCode.none || topic.errorCode === errorCode.leaderNotAvailable) {
        topics.set(topic.topic, topic);
      } else {
        topics.delete(topic.topic);
        watched.delete(topic.topic);
        // Rights and names do not heal by waiting. Unknown does: whoever asked looks again.
        refused.set(topic.topic, topic.errorCode);
      }
      if (topics.has(topic.topic)) refused.delete(topic.topic);
    }
  }
  const refused = new Map<string, number>();

  function learnBrokers(addresses: BrokerAddress[]): void {
    for (const [nodeId, broker] of brokers) {
      if (addresses.some((a) => a.nodeId === nodeId && a.host === broker.host && a.port === broker.port))
        continue;
      brokers.delete(nodeId);
      retired.add(broker);
    }
    for (const address of addresses) {
      if (!brokers.has(address.nodeId)) brokers.set(address.nodeId, known(address));
    }
  }

  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  function start(): Promise<void> {
    running = look().finally(() => {
      running = undefined;
    });
    return running;
  }
  function refresh(more: readonly string[] = []): Promise<void> {
    for (const topic of more) watched.add(topic);
    if (running === undefined) return start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  }

  async function described(topic: string): Promise<TopicMetadata> {
    const endMs = performance.now() + UNKNOWN_TOPIC_WAIT_MS;
    for (;;) {
      const found = topics.get(topic);
      if (found !== undefined) return found;
      await refresh([topic]);
      if (topics.has(topic)) continue;
      const code = refused.get(topic) ?? errorCode.unknownTopicOrPartition;
      if (code !== errorCode.unknownTopicOrPartition || performance.now() > endMs) {
        throw errorOf('Metadata', code, { topic });
      }
      await sleep(RETRY_INTERVAL_MS);
    }
  }

  async function leaderOf(topic: string, partition: number): Promise<number> {
    const endMs = performance.now() + UNKNOWN_TOPIC_WAIT_MS;
    for (;;) {
      const leader = (await described(topic)).leaders.get(partition);
      if (leader !== undefined && leader >= 0) return leader;
      if (performance.now() > endMs) {
        const code = leader === undefined ? errorCode.unknownTopicOrPartition : errorCode.leaderNotAvailable;
        throw errorOf('Metadata', code, { topic, partition });
      }
      await sleep(RETRY_INTERVAL_MS);
      await refresh([topic]);
    }
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
      const found = await ask(findCoordinatorRequest({ kind, key }));
      if (found.errorCode === errorCode.none) {
        if (!brokers.has(found.nodeId)) brokers.set(found.nodeId, known(found));
        coordinators.set(name, found.nodeId);
        return found.nodeId;
      }
      const error = errorOf(`FindCoordinator of ${kind} ${key}`, found.errorCode);
      if (error.kind !== 'retry' || performance.now() > endMs) throw error;
      await sleep(RETRY_INTERVAL_MS);
    }
  }

  return {
    call,
    refresh,
    leaderOf,
    coordinator,
    partitionCount: async (topic) => (await described(topic)).leaders.size,
    async topicId(topic) {
      await refresh([topic]);
      return (await described(topic)).topicId;
    },
    async transactionVersion() {
      const versions = await ask(apiVersionsRequest());
      if (versions.errorCode !== errorCode.none) throw errorOf('ApiVersions', versions.errorCode);
      return versions.finalizedFeatures.get('transaction.version') ?? 0;
    },
    async close() {
      isClosed = true;
      for (const broker of [...brokers.values(), ...retired, ...seeds]) (await broker.link).close();
    },
  };
}

/** "host:port"; an IPv6 address stands in brackets. */
function addressOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  if (at < 1 || !Number.isInteger(port)) throw new Error(`broker address: "${text}", wanted host:port`);
  return { host, port };
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(new KafkaError(what, clientCode.closed));
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
