import type { Duplex } from 'node:stream';
import {
  type Cluster,
  connectCluster,
  describeTopic,
  errorCode,
  joinGroup,
  KafkaError,
  type KafkaSettings,
  logClient,
  type Membership,
  StopError,
} from '@meanwhile/kafka';
import { type StreamTopics, streamLog } from './log.ts';
import { OTHER_OUTPUTS } from './remedies.ts';
import { type Runtime, type RuntimeOptions, runStream } from './run-stream.ts';
import { systemTime, type Time } from './time.ts';

export interface StreamOptions extends RuntimeOptions {
  kafka: KafkaSettings;
  topics: StreamTopics;
  /** `host:port` under which other members reach this one. */
  peerAddress: string;
  sessionTimeoutMs: number;
  /** Take members whose process is gone out of the group at once. */
  fastFailover: boolean;
  /** Ends the wait for a cluster that is away. */
  signal?: AbortSignal;
  time?: Time;
}

export interface Stream extends Runtime {
  /** Partitions of the input. */
  readonly partitions: number;
  /** Takes the connection of another member that watches this one. */
  greetPeer(peer: Duplex): void;
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
  const { partitions } = await checkTopics(topics, writing);
  const client = logClient(writing, { logger });
  const reader = logClient(reading, { logger }).startReader({ now: () => time.now() });
  const restoreReader = logClient(restoring, { logger }).startReader({ now: () => time.now() });
  let membership: Membership | undefined;
  const runtime = runStream(
    {
      log: streamLog({ topics, groupId: options.groupId, client, reader, restoreReader }),
      join: (on) => {
        membership = joinGroup(kafka, {
          groupId: options.groupId,
          topic: topics.input,
          instanceId: options.instanceId,
          peerAddress: options.peerAddress,
          sessionTimeoutMs: options.sessionTimeoutMs,
          fastFailover: options.fastFailover,
          cluster: writing,
          logger,
          ...on,
        });
        return membership;
      },
      identifyInput: async () => ({
        topicId: await client.topicId(topics.input),
        partitions: await client.partitionCount(topics.input),
      }),
      partitions,
      time,
    },
    options,
  );

  return {
    partitions,
    status: () => runtime.status(),
    greetPeer: (peer) => membership?.greet(peer),
    async stop() {
      await runtime.stop();
      await Promise.all([reader.close(), restoreReader.close()]);
      await Promise.all([reading.close(), writing.close(), restoring.close()]);
    },
  };
}

/** Nothing is created here: topics are made by one set-up step, and a wrong one is said before any record is read. */
async function checkTopics(topics: StreamTopics, cluster: Cluster): Promise<{ partitions: number }> {
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
    const found = await partitionsOf(cluster, name);
    if (found === input.partitions) continue;
    throw new StopError(
      `${name}: ${found ?? 'no'} partitions, wanted ${input.partitions} as in ${topics.input}`,
      { remedy: found === undefined ? remedy : OTHER_OUTPUTS },
    );
  }
  return input;
}

/** Without the right to describe an output's settings, which nobody needs. Undefined: there is no such topic. */
async function partitionsOf(cluster: Cluster, topic: string): Promise<number | undefined> {
  try {
    return await cluster.partitionCount(topic);
  } catch (error) {
    if (error instanceof KafkaError && error.code === errorCode.unknownTopicOrPartition) return undefined;
    throw error;
  }
}
