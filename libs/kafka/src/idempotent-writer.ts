import { batchPool } from './batch-pool.ts';
import type { Cluster } from './cluster.ts';
import { clientCode, KafkaError } from './errors.ts';
import { FlushWaiters } from './flush-waiters.ts';
import { idempotentDelivery, newIdentity } from './idempotent-delivery.ts';
import type { Logger } from './logger.ts';
import { PartitionLane } from './partition-lane.ts';
import type { OutgoingRecord } from './record-batch.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import { withRetry } from './retry.ts';
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

/** Waits up to 30 s for the topic and for a producer id; throws KafkaError then. */
export async function openIdempotentWriter(
  cluster: Cluster,
  options: IdempotentWriterOptions,
): Promise<IdempotentWriter> {
  const partitions = await withRetry(cluster, () => cluster.partitionCount(options.topic));
  const identity = await newIdentity(cluster);
  return createWriter(cluster, options, { partitions, identity });
}

function createWriter(
  cluster: Cluster,
  options: IdempotentWriterOptions,
  opened: { partitions: number; identity: ProducerIdentity },
): IdempotentWriter {
  const { topic, lingerMs = LINGER_MS } = options;
  const lanes = Array.from(
    { length: opened.partitions },
    (_, partition) => new PartitionLane({ topic, partition }, opened.identity),
  );
  const batches = batchPool(opened.partitions, PENDING_BYTES_MAX);
  const report = retryReporter(options);
  const deliver = idempotentDelivery(cluster, options, {
    onAcknowledged: finish,
    onProgress: afterProgress,
    onRetry: (error) => report.failed(error),
    isOver: () => failure !== undefined,
  });
  const waiters = new FlushWaiters(lanes);
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

  function finish(lane: PartitionLane): void {
    const batch = lane.succeed();
    acknowledged += batch.count;
    pendingBytes -= batch.sizeBytes;
    batches.give(batch);
  }

  function afterProgress(): void {
    report.succeeded();
    waiters.resolveReached();
    if (room !== undefined && pendingBytes <= PENDING_BYTES_MAX / 2) {
      room.resolve();
      room = undefined;
    }
    sendReady();
  }

  function fail(error: Error): void {
    if (failure !== undefined) return;
    failure = error;
    clearTimeout(timer);
    waiters.rejectAll(error);
    room?.reject(error);
    room = undefined;
  }

  async function flush(): Promise<void> {
    if (failure !== undefined) throw failure;
    const reached = waiters.add();
    if (reached === undefined) return;
    sendReady();
    await reached;
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
