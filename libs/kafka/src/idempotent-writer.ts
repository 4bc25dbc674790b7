import { setTimeout as sleep } from 'node:timers/promises';
import { batchPool } from './batch-pool.ts';
import { ANY_NODE, type Cluster } from './cluster.ts';
import { clientCode, errorCode, errorOf, KafkaError } from './errors.ts';
import type { Logger } from './logger.ts';
import { PartitionLane } from './partition-lane.ts';
import { byLeader, produceTo } from './produce-to-leaders.ts';
import type { OutgoingRecord } from './record-batch.ts';
import { initProducerIdRequest, type ProducerIdentity } from './requests/init-producer-id.ts';
import { isTransient, withRetry } from './retry.ts';
import { retryReporter } from './retry-reporter.ts';

/**
 * Appends records to one topic, each once and in order per partition, whatever happens to connections, leaders and brokers as long
 * as this object lives. Once failed it stays failed: every later call rejects with the same error.
 */
export interface IdempotentWriter {
  /** Undefined: taken. A promise: taken too, but more than 32 MiB wait; go on when it resolves. Rejects when the writer failed or is closed. */
  append(key: Uint8Array, value: Uint8Array, timestampMs: number): Promise<void> | undefined;
  /** Resolves when all that was appended before is acknowledged by all in-sync replicas; a broker that is away is waited for. */
  flush(): Promise<void>;
  /** `flush`, then refuses everything. */
  close(): Promise<void>;
  /** Records since opening. */
  readonly acknowledged: number;
  readonly pending: number;
}

export interface IdempotentWriterOptions {
  topic: string;
  /** Asked once per record. The number of partitions is that at opening: a key keeps its partition. */
  partitionFor: (key: Uint8Array, partitions: number) => number;
  /** How long a batch waits for more records. Default 5 ms. */
  lingerMs?: number;
  logger: Logger;
  /** Called for every failed attempt. */
  onRetry?: (error: Error) => void;
}

const LINGER_MS = 5;
/** Waiting batches take at most about this much memory; room is reported at half of it. */
const PENDING_BYTES_MAX = 32 * 1024 * 1024;
const BACKOFF_MIN_MS = 20;
const BACKOFF_MAX_MS = 1_000;
/** Without a transactional id the coordinator ignores it, but checks its range. */
const UNUSED_TRANSACTION_TIMEOUT_MS = 60_000;

/** Waits up to 30 s for the topic and for a producer id; throws KafkaError then. */
export async function openIdempotentWriter(
  cluster: Cluster,
  options: IdempotentWriterOptions,
): Promise<IdempotentWriter> {
  const partitions = await withRetry(cluster, () => cluster.partitionCount(options.topic));
  const identity = await newIdentity(cluster);
  return createWriter(cluster, options, { partitions, identity });
}

function newIdentity(cluster: Cluster): Promise<ProducerIdentity> {
  return withRetry(cluster, async () => {
    const answer = await cluster.call(
      ANY_NODE,
      initProducerIdRequest({ transactionalId: null, timeoutMs: UNUSED_TRANSACTION_TIMEOUT_MS }),
    );
    if (answer.errorCode !== errorCode.none) throw errorOf('InitProducerId', answer.errorCode);
    return { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
  });
}

interface Waiter {
  marks: number[];
  resolve: () => void;
  reject: (error: Error) => void;
}

function createWriter(
  cluster: Cluster,
  options: IdempotentWriterOptions,
  opened: { partitions: number; identity: ProducerIdentity },
): IdempotentWriter {
  const { topic, logger, lingerMs = LINGER_MS } = options;
  const lanes = Array.from(
    { length: opened.partitions },
    (_, partition) => new PartitionLane({ topic, partition }, opened.identity),
  );
  const batches = batchPool(opened.partitions, PENDING_BYTES_MAX);
  const report = retryReporter(options);
  const waiters = new Set<Waiter>();
  let pendingBytes = 0;
  let appended = 0;
  let acknowledged = 0;
  let room: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failure: Error | undefined;
  let isClosing = false;
  let isClosed = false;
  // One object for all records: append is the hot path of a producer.
  const record: OutgoingRecord = {
    key: null,
    keyStart: 0,
    keyEnd: 0,
    value: null,
    valueStart: 0,
    valueEnd: 0,
    timestampMs: -1,
  };

  function append(key: Uint8Array, value: Uint8Array, timestampMs: number): Promise<void> | undefined {
    if (failure !== undefined || isClosing) return Promise.reject(failure ?? closedError());
    record.key = key;
    record.keyEnd = key.length;
    record.value = value;
    record.valueEnd = value.length;
    record.timestampMs = timestampMs;
    const partition = options.partitionFor(key, opened.partitions);
    const lane = lanes[partition];
    if (lane === undefined) {
      throw new Error(`partitionFor: ${partition}, wanted 0 to ${opened.partitions - 1}`);
    }
    pendingBytes += lane.append(record, now, batches.take);
    appended++;
    if (timer === undefined) timer = setTimeout(onTimer, lingerMs);
    if (pendingBytes < PENDING_BYTES_MAX) return undefined;
    if (room === undefined) {
      room = Promise.withResolvers<void>();
      // Nobody may be waiting at the moment of a failure; it is told at the next call as well.
      room.promise.catch(() => {});
    }
    return room.promise;
  }

  function onTimer(): void {
    timer = undefined;
    sendReady();
  }

  /** All lanes with something due go out together, in one request per leader. */
  function sendReady(): void {
    if (failure !== undefined) return;
    const nowMs = now();
    const due = lanes.filter((lane) => lane.isReady(nowMs, lingerMs));
    for (const lane of due) lane.begin();
    if (due.length > 0) void deliver(due).catch(fail);
    const isAnyFilling = lanes.some((lane) => !lane.isEmpty && !lane.isInFlight);
    if (isAnyFilling && timer === undefined) timer = setTimeout(onTimer, lingerMs);
  }

  /** Until every lane's batch is acknowledged; those that are go on with their next one meanwhile. */
  async function deliver(due: PartitionLane[]): Promise<void> {
    let left = due;
    for (let backoffMs = BACKOFF_MIN_MS; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS)) {
      const errors = await attempt(left);
      left = [...errors.keys()];
      if (left.length === 0 || failure !== undefined) return;
      const renewing: PartitionLane[] = [];
      for (const [lane, error] of errors) {
        const verdict = lane.judge(error);
        if (verdict === 'fail') throw lost(error);
        if (verdict === 'renew') renewing.push(lane);
        report.failed(error);
      }
      await sleep(backoffMs);
      const isOnlyTime = [...errors.values()].every((error) => isTransient(error.code));
      if (!isOnlyTime) await cluster.refresh().catch(() => {});
      if (renewing.length > 0) await renew(renewing);
    }
  }

  /** One request per leader. Returns the lanes that have to try again. */
  async function attempt(due: PartitionLane[]): Promise<Map<PartitionLane, KafkaError>> {
    const errors = new Map<PartitionLane, KafkaError>();
    let leaders: Map<number, PartitionLane[]>;
    try {
      leaders = await byLeader(cluster, due);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      for (const lane of due) errors.set(lane, error);
      return errors;
    }
    await Promise.all(
      [...leaders].map(async ([leader, group]) => {
        const sealed = group.map((lane) => ({ topic, partition: lane.partition, bytes: lane.seal() }));
        const request = { apiVersion: 11, transactionalId: null, batches: sealed } as const;
        const outcomes = await produceTo(cluster, leader, request);
        let isAnyDone = false;
        for (const [index, outcome] of outcomes.entries()) {
          const lane = group[index]!;
          // A duplicate can only be our own earlier attempt: nothing else uses this id and sequence.
          if ('error' in outcome && outcome.error.code !== errorCode.duplicateSequenceNumber) {
            errors.set(lane, outcome.error);
          } else {
            finish(lane);
            isAnyDone = true;
          }
        }
        if (isAnyDone) afterProgress();
      }),
    );
    return errors;
  }

  function finish(lane: PartitionLane): void {
    const batch = lane.succeed();
    acknowledged += batch.count;
    pendingBytes -= batch.sizeBytes;
    batches.give(batch);
  }

  function afterProgress(): void {
    report.succeeded();
    for (const waiter of waiters) {
      if (!isReached(waiter)) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
    if (room !== undefined && pendingBytes <= PENDING_BYTES_MAX / 2) {
      room.resolve();
      room = undefined;
    }
    sendReady();
  }

  async function renew(renewing: PartitionLane[]): Promise<void> {
    const identity = await newIdentity(cluster);
    for (const lane of renewing) lane.renew(identity);
    const partitions = renewing.map((lane) => lane.partition);
    logger.warn(
      { topic, partitions },
      'the broker does not know this producer any more: going on under a new id',
    );
  }

  function isReached(waiter: Waiter): boolean {
    return lanes.every((lane, index) => lane.acknowledged >= waiter.marks[index]!);
  }

  function fail(error: Error): void {
    if (failure !== undefined) return;
    failure = error;
    clearTimeout(timer);
    for (const waiter of waiters) waiter.reject(error);
    waiters.clear();
    room?.reject(error);
    room = undefined;
  }

  async function flush(): Promise<void> {
    if (failure !== undefined) throw failure;
    const marks = lanes.map((lane) => lane.appended);
    for (const lane of lanes) lane.flushUpTo = lane.appended;
    if (lanes.every((lane) => lane.isEmpty)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiters.add({ marks, resolve, reject });
    sendReady();
    await promise;
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosing = true;
    await flush();
    isClosed = true;
    fail(closedError());
  }

  function closedError(): KafkaError {
    return new KafkaError(`write to ${topic}`, clientCode.closed);
  }

  return {
    append,
    flush,
    close,
    get acknowledged() {
      return acknowledged;
    },
    get pending() {
      return appended - acknowledged;
    },
  };
}

function now(): number {
  return performance.now();
}

/** The records in flight may or may not be in the log, or can never be: only the caller can decide what that means. */
function lost(error: KafkaError): KafkaError {
  const kind = error.kind === 'retry' ? 'reopen' : error.kind;
  return new KafkaError(
    'write',
    error.code,
    { topic: error.topic, partition: error.partition, cause: error },
    kind,
  );
}
