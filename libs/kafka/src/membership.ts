import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, PartitionAssigner } from 'kafkajs';
import { assignPartitions } from './assigner.ts';
import { errorCode } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { openClient } from './kafkajs-internals.ts';
import type { Logger } from './logger.ts';
import { decodeSubscription, encodeAssignment, encodeSubscription } from './member-metadata.ts';

/** A rebalance is noticed by a heartbeat's answer: this is the longest that a member goes on without knowing. */
const HEARTBEAT_INTERVAL_MS = 200;
/** kafkajs's idle loop comes round this often, and with it the heartbeats. */
const IDLE_LOOP_MS = 100;
const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 5_000;
/** What no repetition changes: rights, a session time-out that the broker does not allow, members of another kind. */
const HOPELESS: ReadonlySet<number> = new Set([
  errorCode.topicAuthorizationFailed,
  errorCode.groupAuthorizationFailed,
  errorCode.inconsistentGroupProtocol,
  errorCode.invalidSessionTimeout,
]);

export interface MembershipOptions {
  groupId: string;
  /** The one topic whose partitions are shared out; it must exist. */
  topic: string;
  /** What the placement goes by; the same name gets the same partitions back after a restart. */
  instanceId: string;
  /** `host:port` under which other members reach this one. */
  peerAddress: string;
  sessionTimeoutMs: number;
  logger: Logger;
  /** After each join, with all partitions that are ours now, ascending. */
  onAssignment: (partitions: number[]) => void;
  /** The group will not have us, whatever we do. */
  onFatal: (error: Error) => void;
}

export interface Membership {
  readonly memberId: string;
  /** As of the last join. Others may have some of them already: fencing decides. */
  readonly partitions: readonly number[];
  /** Our partitions, after a heartbeat that was sent after this call was answered without error. */
  confirm(signal?: AbortSignal): Promise<readonly number[]>;
  leave(): Promise<void>;
}

/**
 * Membership in a consumer group and nothing else: a kafkajs consumer (classic protocol) with
 * everything paused, so that it only joins and sends heartbeats. A member that the group has expelled
 * joins again by itself; its partitions stay as they were until the new assignment says otherwise.
 */
export async function joinGroup(settings: KafkaSettings, options: MembershipOptions): Promise<Membership> {
  const { logger, groupId, topic } = options;
  const client = openClient({ ...settings, clientId: options.instanceId }, logger);
  let consumer: Consumer | undefined;
  let partitions: number[] = [];
  let memberId = '';
  let isLeaving = false;
  const heartbeats = countHeartbeats();

  async function join(): Promise<void> {
    for (let delayMs = REJOIN_MS_MIN; !isLeaving; delayMs = Math.min(delayMs * 2, REJOIN_MS_MAX)) {
      consumer = client.consumer({
        groupId,
        sessionTimeout: options.sessionTimeoutMs,
        heartbeatInterval: HEARTBEAT_INTERVAL_MS,
        maxWaitTimeInMs: IDLE_LOOP_MS,
        partitionAssigners: [assigner(options)],
      });
      listen(consumer);
      try {
        await consumer.connect();
        await consumer.subscribe({ topic });
        await consumer.run({ autoCommit: false, eachBatch: async () => {} });
        return;
      } catch (error) {
        if (isHopeless(error)) throw error;
        logger.warn({ group: groupId, err: error }, 'joining the group failed, trying again');
        await consumer.disconnect().catch(() => {}); // it may never have been connected
        await sleep(delayMs);
      }
    }
  }

  function listen(own: Consumer): void {
    own.on('consumer.group_join', ({ payload }) => {
      own.pause([{ topic }]);
      memberId = payload.memberId;
      partitions = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
      if (!isLeaving) options.onAssignment(partitions);
    });
    own.on('consumer.heartbeat', () => heartbeats.count());
    own.on('consumer.crash', ({ payload: { error, restart } }) => {
      if (restart || isLeaving) return; // kafkajs joins again by itself
      if (isHopeless(error)) {
        options.onFatal(error);
        return;
      }
      logger.warn({ group: groupId, err: error }, 'membership lost, joining again');
      void join().catch(options.onFatal);
    });
  }

  await join();
  return {
    get memberId() {
      return memberId;
    },
    get partitions() {
      return partitions;
    },
    async confirm(signal) {
      // They go out one after the other, so the second to be answered was sent after this call.
      await heartbeats.wait(2, signal);
      return partitions;
    },
    async leave() {
      isLeaving = true;
      await consumer?.disconnect();
    },
  };
}

function assigner({ topic, instanceId, peerAddress, logger }: MembershipOptions): PartitionAssigner {
  return ({ cluster }) => ({
    name: 'meanwhile-rendezvous',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'meanwhile-rendezvous',
      metadata: encodeSubscription(topics, { instanceId, peerAddress }),
    }),
    assign: async ({ members }) => {
      const named = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        instanceId: decodeSubscription(memberMetadata)?.instanceId ?? memberId,
      }));
      warnOfDuplicates(named, logger);
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      const assigned = assignPartitions(named, partitions);
      return [...assigned].map(([memberId, own]) => ({
        memberId,
        memberAssignment: encodeAssignment(topic, own),
      }));
    },
  });
}

function warnOfDuplicates(members: readonly { instanceId: string }[], logger: Logger): void {
  const names = members.map(({ instanceId }) => instanceId);
  const duplicates = names.filter((name, i) => names.indexOf(name) !== i);
  if (duplicates.length === 0) return;
  logger.warn(
    { instances: [...new Set(duplicates)] },
    'two members with one INSTANCE_ID: each wants a name of its own',
  );
}

function isHopeless(error: unknown): boolean {
  for (
    let at = error as { code?: unknown; name?: string; cause?: unknown } | undefined;
    at;
    at = at.cause as typeof at
  ) {
    if (at.name === 'KafkaJSSASLAuthenticationError') return true;
    if (typeof at.code === 'number' && HOPELESS.has(at.code)) return true;
  }
  return false;
}

function countHeartbeats() {
  let answered = 0;
  let waiting: { at: number; resolve: () => void }[] = [];
  return {
    count(): void {
      answered++;
      for (const { at, resolve } of waiting) if (at <= answered) resolve();
      waiting = waiting.filter(({ at }) => at > answered);
    },
    wait(more: number, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        waiting.push({ at: answered + more, resolve });
      });
    },
  };
}
