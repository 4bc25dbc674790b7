import type { Duplex } from 'node:stream';
import {
  type Cluster,
  connectCluster,
  describeTopic,
  joinGroup,
  type KafkaSettings,
  type Logger,
  type Membership,
  StopError,
  startReader,
} from '@meanwhile/kafka';
import type { Committed } from './committer.ts';
import { kafkaLog, type StreamTopics } from './log.ts';
import type { InputIdentity } from './open.ts';
import { BuilderPool } from './outbox.ts';
import type { Processor, ProcessorFactory } from './processor.ts';
import { startSlot } from './slot.ts';
import type { TaskState } from './task.ts';
import { systemTime, type Time } from './time.ts';

export interface StreamOptions {
  kafka: KafkaSettings;
  topics: StreamTopics;
  groupId: string;
  instanceId: string;
  /** `host:port` under which other members reach this one. */
  peerAddress: string;
  /** Where a partition without a journal begins. */
  start: 'earliest' | 'latest';
  commitIntervalMs: number;
  idleSkewMs: number;
  sessionTimeoutMs: number;
  /** Take members whose process is gone out of the group at once. */
  fastFailover: boolean;
  factory: ProcessorFactory;
  logger: Logger;
  /** Ends the wait for a cluster that is away. */
  signal?: AbortSignal;
  time?: Time;
  onCommitted?: (committed: Committed) => void;
  /** A partition's task was dropped and is opened anew, or ended. */
  onTaskEnd?: (end: { partition: number; next: string }) => void;
  /** Must end the process: the error carries the exit code. */
  onFatal: (error: Error) => void;
}

export interface PartitionStatus {
  partition: number;
  state: TaskState | 'waiting';
  processor: Processor | undefined;
}

export interface Stream {
  /** The partitions that the group gives us; undefined before the first assignment. */
  status(): PartitionStatus[] | undefined;
  /** Takes the connection of another member that watches this one. */
  greetPeer(peer: Duplex): void;
  /** Commits, writes snapshots, leaves the group. */
  stop(): Promise<void>;
}

/**
 * Joins the group and runs one task for each input partition that it gives us.
 * @throws StopError when the topics do not fit: missing, compacted input, unequal partition counts.
 */
export async function startStream(options: StreamOptions): Promise<Stream> {
  const { kafka, logger, topics } = options;
  const time = options.time ?? systemTime;
  const connection = options.signal ? { logger, signal: options.signal } : { logger };
  const [reading, restoring, writing] = await Promise.all([
    connectCluster(kafka, connection),
    connectCluster(kafka, connection),
    connectCluster(kafka, connection),
  ]);
  const input = await checkTopics(options, writing);
  const reader = startReader(reading, { logger });
  const restoreReader = startReader(restoring, { logger });
  const log = kafkaLog({
    topics,
    groupId: options.groupId,
    transactionalIdPrefix: topics.outputs[0]!,
    writing,
    reader,
    restoreReader,
    logger,
  });
  const pool = new BuilderPool();
  const slots = new Map<number, ReturnType<typeof startSlot>>();
  let membership: Membership | undefined;
  let isAssigned = false;
  let isStopping = false;

  membership = joinGroup(kafka, {
    groupId: options.groupId,
    topic: topics.input,
    instanceId: options.instanceId,
    peerAddress: options.peerAddress,
    sessionTimeoutMs: options.sessionTimeoutMs,
    fastFailover: options.fastFailover,
    cluster: writing,
    logger,
    onAssignment: assign,
    onFatal: options.onFatal,
  });

  /** Partitions that stay go on running; those that left are closed, new ones opened. */
  function assign(partitions: number[]): void {
    if (isStopping) return; // what a leaving peer gives up is not ours to open any more
    const beyond = partitions.find((partition) => partition >= input.partitions);
    if (beyond !== undefined) {
      options.onFatal(partitionsAdded(topics.input, beyond, input.partitions));
      return;
    }
    isAssigned = true;
    logger.info({ partitions }, 'partitions assigned');
    for (const [partition, slot] of slots) slot.assign(partitions.includes(partition));
    for (const partition of partitions) {
      if (slots.has(partition)) continue;
      slots.set(
        partition,
        startSlot({
          task: {
            ...options,
            log,
            identifyInput: () => identify(writing, topics.input),
            partition,
            pool,
            time,
            onCommitted: options.onCommitted ?? (() => {}),
          },
          confirm: async (signal) => membership?.confirm(signal) ?? [],
          onTaskEnd: options.onTaskEnd ?? (() => {}),
          onStop: options.onFatal,
        }),
      );
    }
  }

  return {
    status() {
      if (!isAssigned) return undefined;
      return [...slots.values()].filter((slot) => slot.isAssigned).map((slot) => slot.status());
    },
    greetPeer: (peer) => membership?.greet(peer),
    async stop() {
      isStopping = true;
      await Promise.all([...slots.values()].map((slot) => slot.end()));
      await membership?.leave();
      await Promise.all([reader.close(), restoreReader.close()]);
      await Promise.all([reading.close(), writing.close(), restoring.close()]);
    },
  };
}

function partitionsAdded(topic: string, partition: number, partitions: number): StopError {
  return new StopError(
    `${topic}: partition ${partition} was added, the journal was written for ${partitions} partitions`,
    {
      remedy:
        'keys have moved between partitions: choose another OUTPUT_TOPIC and GROUP_ID, with as many partitions as the input',
    },
  );
}

/** Nothing is created here: topics are made by one set-up step, and a wrong one is said before any record is read. */
async function checkTopics({ topics }: StreamOptions, cluster: Cluster): Promise<{ partitions: number }> {
  const input = await describeTopic(cluster, topics.input);
  const remedy = 'create the topics with `npm run meanwhile -- topics`';
  if (!input) throw new StopError(`${topics.input}: the input topic does not exist`, { remedy });
  const policy = input.config['cleanup.policy'] ?? 'delete';
  if (policy.includes('compact')) {
    throw new StopError(`${topics.input}: cleanup.policy is ${policy}, wanted delete`, {
      remedy: 'a compacted input loses records that recovery needs: set cleanup.policy=delete',
    });
  }
  for (const name of [...topics.outputs, topics.journal]) {
    const found = (await describeTopic(cluster, name))?.partitions;
    if (found === input.partitions) continue;
    throw new StopError(
      `${name}: ${found ?? 'no'} partitions, wanted ${input.partitions} as in ${topics.input}`,
      { remedy },
    );
  }
  return input;
}

async function identify(cluster: Cluster, topic: string): Promise<InputIdentity> {
  return { topicId: await cluster.topicId(topic), partitions: await cluster.partitionCount(topic) };
}
