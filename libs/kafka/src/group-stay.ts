import type { Consumer, PartitionAssigner } from 'kafkajs';
import { assignPartitions } from './assigner.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { openClient } from './kafkajs-internals.ts';
import type { Logger } from './logger.ts';
import { decodeSubscription, encodeAssignment, encodeSubscription } from './member-metadata.ts';

/** kafkajs's idle loop comes round this often, and with it the heartbeats. */
const IDLE_LOOP_MS = 100;
/** A rebalance is noticed by a heartbeat's answer: every second turn of the loop, hence a little less than two. */
const HEARTBEAT_INTERVAL_MS = 180;
/** Within one stay kafkajs keeps the member id, so that a broker's restart of some seconds moves no partition. */
const RETRY = { initialRetryTime: 50, maxRetryTime: 500, retries: 20 };
/** All members of a group must offer the same. */
const PROTOCOL = 'meanwhile-rendezvous';

export interface StayOptions {
  groupId: string;
  topic: string;
  instanceId: string;
  peerAddress: string;
  sessionTimeoutMs: number;
  logger: Logger;
}

/** One consumer's life in the group, from its first try to join to its end. */
export interface Stay {
  /** It is between two generations: no heartbeats are due. */
  readonly isRebalancing: boolean;
  /** The error that ended it; never rejects, stays pending after `leave`. */
  readonly ended: Promise<Error>;
  leave(): Promise<void>;
}

/**
 * A kafkajs consumer (classic protocol) with everything paused, so that it only joins and sends heartbeats. It joins again by
 * itself when the group has expelled it.
 *
 * @param owned the partitions that we hold, told to the group with each join
 */
export function startStay(
  settings: KafkaSettings,
  options: StayOptions,
  owned: () => readonly number[],
  on: { onJoin: (joined: { memberId: string; partitions: number[] }) => void; onHeartbeat: () => void },
): Stay {
  const { groupId, topic, logger, sessionTimeoutMs } = options;
  const consumer = openClient({ ...settings, clientId: options.instanceId }, logger).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    // The broker waits no longer for members that do not come to a rebalance.
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: IDLE_LOOP_MS,
    partitionAssigners: [assigner(options, owned)],
    // Another stay begins where this one ends: kafkajs would join as a new member beside the one that it was.
    retry: { ...RETRY, restartOnFailure: async () => false },
  });
  const ended = Promise.withResolvers<Error>();
  let isRebalancing = true;

  consumer.on('consumer.group_join', ({ payload }) => {
    consumer.pause([{ topic }]); // before the loop's first turn: nothing is ever fetched
    isRebalancing = false;
    const partitions = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    on.onJoin({ memberId: payload.memberId, partitions });
  });
  consumer.on('consumer.rebalancing', () => (isRebalancing = true));
  consumer.on('consumer.heartbeat', on.onHeartbeat);
  consumer.on('consumer.crash', ({ payload }) => ended.resolve(payload.error));

  const joining = join(consumer, topic);
  joining.catch(ended.resolve);
  return {
    get isRebalancing() {
      return isRebalancing;
    },
    ended: ended.promise.then(async (error) => {
      await disconnect();
      return error;
    }),
    async leave() {
      // Stopped in the middle of a join it would become a member that nobody runs.
      await joining.catch(() => {});
      await disconnect();
    },
  };

  async function disconnect(): Promise<void> {
    await consumer.disconnect().catch((error: Error) => {
      logger.debug({ group: groupId, err: error }, 'the consumer did not disconnect'); // it may never have been connected
    });
  }
}

async function join(consumer: Consumer, topic: string): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ autoCommit: false, eachBatch: async () => {} });
}

function assigner(
  { topic, instanceId, peerAddress, logger }: StayOptions,
  owned: () => readonly number[],
): PartitionAssigner {
  return ({ cluster }) => ({
    name: PROTOCOL,
    version: 1,
    protocol: ({ topics }) => ({
      name: PROTOCOL,
      metadata: encodeSubscription(topics, { instanceId, peerAddress, owned: owned() }),
    }),
    assign: async ({ members }) => {
      const named = members.map(({ memberId, memberMetadata }) => {
        const { instanceId = memberId, owned = [] } = decodeSubscription(memberMetadata) ?? {};
        return { memberId, instanceId, owned };
      });
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
