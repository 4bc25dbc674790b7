import { type Logger, type Membership, type MembershipOptions, StopError } from '@meanwhile/kafka';
import type { Committed } from './committer.ts';
import { type StreamLimits, streamLimits } from './limits.ts';
import type { Log, StreamTopics } from './log.ts';
import type { InputIdentity } from './open.ts';
import { BuilderPool } from './outbox.ts';
import type { Processor, ProcessorFactory } from './processor.ts';
import type { InputPlace } from './run-loop.ts';
import { startSlot } from './slot.ts';
import type { TaskState } from './task.ts';
import type { Time } from './time.ts';

/** What a runtime stands on: a cluster's, or a simulated one's. */
export interface StreamParts {
  log: Log;
  /** Called once. `onAssignment` may be called before it returns. */
  join(on: Pick<MembershipOptions, 'onAssignment' | 'onFatal'>): Pick<Membership, 'confirm' | 'leave'>;
  /** The input as the brokers have it now. */
  identifyInput(): Promise<InputIdentity>;
  /** Of the input, when the runtime starts. */
  partitions: number;
  time: Time;
  limits?: StreamLimits;
  /** Default: one of its own. */
  pool?: BuilderPool;
}

export interface RuntimeOptions {
  topics: StreamTopics;
  groupId: string;
  instanceId: string;
  /** Where a partition without a journal begins. */
  start: 'earliest' | 'latest';
  commitIntervalMs: number;
  idleSkewMs: number;
  factory: ProcessorFactory;
  logger: Logger;
  onCommitted?: (committed: Committed) => void;
  /** A transaction failed, or nobody knows how it ended: the task is dropped. */
  onCommitFailed?: (failed: { partition: number; error: Error }) => void;
  /** A partition's state was built up: input offsets gone through since the snapshot, and the time it took. */
  onRestored?: (restored: { partition: number; replayed: number; durationMs: number }) => void;
  /** The group has spoken: after each rebalance. */
  onAssigned?: (partitions: readonly number[]) => void;
  /** A partition's task was dropped and is opened anew, or ended. */
  onTaskEnd?: (end: { partition: number; next: string }) => void;
  /** Must end the process: the error carries the exit code. */
  onFatal: (error: Error) => void;
}

export interface PartitionStatus {
  partition: number;
  state: TaskState | 'waiting';
  processor: Processor | undefined;
  /** While it runs. */
  input: InputPlace | undefined;
}

export interface Runtime {
  /** The partitions that the group gives us; undefined before the first assignment. */
  status(): PartitionStatus[] | undefined;
  /** Commits, writes snapshots, leaves the group. */
  stop(): Promise<void>;
}

/** Joins the group and runs one task for each input partition that it gives us. */
export function runStream(parts: StreamParts, options: RuntimeOptions): Runtime {
  const { log, time, limits = streamLimits } = parts;
  const { logger, topics } = options;
  const pool = parts.pool ?? new BuilderPool(limits);
  const slots = new Map<number, ReturnType<typeof startSlot>>();
  let held = 0;
  let isAssigned = false;
  let isStopping = false;
  let membership: Pick<Membership, 'confirm' | 'leave'> | undefined;
  membership = parts.join({ onAssignment: assign, onFatal: options.onFatal });

  /** Partitions that stay go on running; those that left are closed, new ones opened. */
  function assign(partitions: number[]): void {
    if (isStopping) return; // what a leaving peer gives up is not ours to open any more
    const beyond = partitions.find((partition) => partition >= parts.partitions);
    if (beyond !== undefined) {
      options.onFatal(partitionsAdded(topics.input, beyond, parts.partitions));
      return;
    }
    isAssigned = true;
    held = partitions.length;
    logger.info({ partitions }, 'partitions assigned');
    options.onAssigned?.(partitions);
    for (const [partition, slot] of slots) slot.assign(partitions.includes(partition));
    for (const partition of partitions) {
      if (!slots.has(partition)) slots.set(partition, open(partition));
    }
  }

  function open(partition: number): ReturnType<typeof startSlot> {
    return startSlot({
      task: {
        ...options,
        log,
        identifyInput: () => parts.identifyInput(),
        partition,
        partitionsHeld: () => held,
        pool,
        limits,
        time,
        onCommitted: options.onCommitted ?? (() => {}),
        onCommitFailed: options.onCommitFailed ?? (() => {}),
        onRestored: options.onRestored ?? (() => {}),
      },
      confirm: async (signal) => membership?.confirm(signal) ?? [],
      onTaskEnd: options.onTaskEnd ?? (() => {}),
      onStop: options.onFatal,
    });
  }

  return {
    status() {
      if (!isAssigned) return undefined;
      return [...slots.values()].filter((slot) => slot.isAssigned).map((slot) => slot.status());
    },
    async stop() {
      isStopping = true;
      await Promise.all([...slots.values()].map((slot) => slot.end()));
      await membership?.leave();
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
