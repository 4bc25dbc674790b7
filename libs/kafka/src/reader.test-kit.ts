import { vi } from 'vitest';
import { offsetAfter } from './batch-layout.ts';
import type { Cluster } from './cluster.ts';
import { clientCode, errorCode, errorOf, KafkaError } from './errors.ts';
import { storedBatch } from './record-cursor.test-kit.ts';
import type { Request } from './request.ts';
import type { FetchedPartition, FetchPartition, FetchResult } from './requests/fetch.ts';
import { Reader as WireReader, Writer } from './wire.ts';

/** A partition of the fake cluster. Batches are given with their offsets; `error` is answered instead while it is set. */
export interface FakePartition {
  leader: number;
  batches: Uint8Array[];
  logStart: number;
  highWatermark: number;
  lastStableOffset: number;
  aborted: { producerId: bigint; firstOffset: number }[];
  error: number;
  /** Answered as they are, instead of the batches. */
  rawRecords?: Uint8Array;
}

/**
 * Answers Fetch, with long polls, and ListOffsets (earliest), as far as the reader's own logic needs it: what only a broker knows is
 * tested on one. It reads the encoded request, so that nothing but bytes passes between the two.
 */
export class FakeCluster {
  readonly partitions = new Map<string, FakePartition>();
  readonly fetches: { nodeId: number; partitions: string[]; maxWaitMs: number; atMs: number }[] = [];
  readonly deadNodes = new Set<number>();
  refreshes = 0;
  /** Of the answers under way; a rejected long poll is a lost connection. */
  #polls = new Set<{ check: () => void; lose: () => void; nodeId: number }>();

  add(
    topic: string,
    partition: number,
    batches: Uint8Array[] = [],
    fields: Partial<FakePartition> = {},
  ): FakePartition {
    const end = offsetAfter(Buffer.concat(batches), 0);
    const log: FakePartition = {
      leader: 1,
      batches,
      logStart: 0,
      highWatermark: end,
      lastStableOffset: end,
      aborted: [],
      error: errorCode.none,
      ...fields,
    };
    this.partitions.set(`${topic}/${partition}`, log);
    return log;
  }

  append(topic: string, partition: number, batch: Uint8Array): void {
    const log = this.partitions.get(`${topic}/${partition}`)!;
    log.batches.push(batch);
    log.highWatermark = log.lastStableOffset = offsetAfter(batch, 0);
    this.changed();
  }

  /** Looks again at the long polls, after a change made directly. */
  changed(): void {
    for (const poll of this.#polls) poll.check();
  }

  kill(nodeId: number): void {
    this.deadNodes.add(nodeId);
    for (const poll of this.#polls) if (poll.nodeId === nodeId) poll.lose();
  }

  get pollsUnderWay(): number {
    return this.#polls.size;
  }

  get cluster(): Cluster {
    const unused = () => Promise.reject(new Error('not part of the fake cluster'));
    return {
      partitionCount: unused,
      topicId: unused,
      coordinator: unused,
      transactionVersion: unused,
      close: unused,
      lane: () => this.cluster,
      refresh: async () => {
        this.refreshes++;
      },
      leaderOf: async (topic, partition) => {
        const log = this.partitions.get(`${topic}/${partition}`);
        if (log === undefined)
          throw errorOf('Metadata', errorCode.unknownTopicOrPartition, { topic, partition });
        return log.leader;
      },
      call: <T>(nodeId: number, request: Request<T>, options: { signal?: AbortSignal } = {}) =>
        this.#call(nodeId, request, options.signal) as Promise<T>,
    };
  }

  async #call(nodeId: number, request: Request<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.deadNodes.has(nodeId)) throw new KafkaError(request.apiName, clientCode.notSent);
    const writer = new Writer();
    request.encode(writer);
    const reader = new WireReader(Buffer.from(writer.written));
    if (request.apiName === 'ListOffsets') {
      return [...this.partitions].map(([name, log]) => ({
        ...splitName(name),
        errorCode: 0,
        timestampMs: -1,
        offset: log.logStart,
      }));
    }
    const { maxWaitMs, partitions } = readFetch(reader);
    this.fetches.push({
      nodeId,
      partitions: partitions.map((p) => `${p.topic}/${p.partition}@${p.offset}`),
      maxWaitMs,
      atMs: performance.now(),
    });
    const answer = () => this.#answer(nodeId, partitions);
    return this.#poll(nodeId, answer, maxWaitMs, signal);
  }

  #poll(
    nodeId: number,
    answer: () => FetchResult,
    maxWaitMs: number,
    signal?: AbortSignal,
  ): Promise<FetchResult> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#polls.delete(poll);
      };
      const finish = () => {
        end();
        resolve(answer());
      };
      const fail = (code: number) => {
        end();
        reject(new KafkaError('Fetch', code));
      };
      const isWorthAnswering = () =>
        answer().partitions.some((p) => p.records.length > 0 || p.errorCode !== 0);
      const poll = {
        nodeId,
        check: () => {
          if (isWorthAnswering()) finish();
        },
        lose: () => fail(clientCode.noAnswer),
      };
      const timer = setTimeout(finish, maxWaitMs);
      this.#polls.add(poll);
      signal?.addEventListener('abort', () => fail(clientCode.closed), { once: true });
      queueMicrotask(poll.check);
    });
  }

  #answer(nodeId: number, asked: FetchPartition[]): FetchResult {
    return { errorCode: 0, partitions: asked.map((part) => this.#answerFor(nodeId, part)) };
  }

  #answerFor(nodeId: number, { topic, partition, offset, maxBytes }: FetchPartition): FetchedPartition {
    const log = this.partitions.get(`${topic}/${partition}`);
    const none = {
      topic,
      partition,
      highWatermark: -1,
      lastStableOffset: -1,
      logStartOffset: -1,
      aborted: [],
    };
    const failed = (code: number) => ({ ...none, errorCode: code, records: new Uint8Array(0) });
    if (log === undefined) return failed(errorCode.unknownTopicOrPartition);
    if (log.error !== errorCode.none) return failed(log.error);
    if (log.leader !== nodeId) return failed(errorCode.notLeaderOrFollower);
    if (offset < log.logStart || offset > log.highWatermark) return failed(errorCode.offsetOutOfRange);
    const batches = log.batches.filter((batch) => {
      const next = offsetAfter(batch, 0);
      return next > offset && next <= log.lastStableOffset;
    });
    let records = Buffer.concat(log.rawRecords === undefined ? batches : [log.rawRecords]);
    if (batches.length > 0) records = records.subarray(0, Math.max(batches[0]!.length, maxBytes));
    const { highWatermark, lastStableOffset, logStart, aborted } = log;
    return {
      topic,
      partition,
      errorCode: 0,
      highWatermark,
      lastStableOffset,
      logStartOffset: logStart,
      aborted,
      records,
    };
  }
}

function readFetch(reader: WireReader): { maxWaitMs: number; partitions: FetchPartition[] } {
  reader.int32(); // replica
  const maxWaitMs = reader.int32();
  reader.int32(); // min bytes
  reader.int32(); // max bytes
  reader.int8(); // isolation
  reader.int32(); // session id
  reader.int32(); // session epoch
  const partitions: FetchPartition[] = [];
  reader.compactArray((r) => {
    const topic = r.compactString();
    r.compactArray((p) => {
      const partition = p.int32();
      p.int32(); // leader epoch
      const offset = p.int64();
      p.int32(); // last fetched epoch
      p.int64(); // log start
      const maxBytes = p.int32();
      p.tags();
      partitions.push({ topic, partition, offset, maxBytes });
    });
    r.tags();
  });
  return { maxWaitMs, partitions };
}

function splitName(name: string): { topic: string; partition: number } {
  const [topic, partition] = name.split('/') as [string, string];
  return { topic, partition: Number(partition) };
}

/** Lets faked time pass; setImmediate is real, so that each step of time lets all that is ready run. */
export async function pass(ms: number): Promise<void> {
  const step = Math.max(1, Math.min(10, Math.ceil(ms / 100)));
  for (let passed = 0; passed < ms; passed += step) {
    await vi.advanceTimersByTimeAsync(step);
    await new Promise(setImmediate);
  }
}

/** Values are the offsets. */
export function batchAt(baseOffset: number, count: number, producerId?: number): Uint8Array {
  const values = Array.from({ length: count }, (_, i) => String(baseOffset + i));
  return storedBatch({ baseOffset, values, ...(producerId === undefined ? {} : { producerId }) });
}
