import { setTimeout as sleep } from 'node:timers/promises';
import { batchEnd, batchLayout, controlFlag, int32, int64 } from './batch-layout.ts';
import type { Cluster } from './cluster.ts';
import { isAbortMarker } from './control-record.ts';
import { errorCode, errorOf, KafkaError } from './errors.ts';
import { nameOf } from './produce-part.ts';
import { byLeader } from './produce-to-leaders.ts';
import type { TopicPartition } from './request.ts';
import { type FetchedPartition, fetchRequest } from './requests/fetch.ts';
import { LATEST, listOffsetsRequest } from './requests/list-offsets.ts';
import { withRetry } from './retry.ts';

export type Isolation = 'read_committed' | 'read_uncommitted';
export type Verdict = 'commit' | 'abort';

/** Where a partition ends. */
export interface PartitionEnds extends TopicPartition {
  /** Last stable offset. */
  stable: number;
  /** High watermark. */
  latest: number;
}

/** What a batch's header says of its transaction. */
export interface BatchHead {
  baseOffset: number;
  lastOffset: number;
  producerId: number;
  producerEpoch: number;
  /** Undefined for data. */
  marker: Verdict | undefined;
}

/** What whoever looks for the traces of transactions asks of a log, real or simulated. */
export interface TraceLog {
  /** The high watermark is asked last: one that has grown meanwhile would only cost another look. */
  ends(partitions: readonly TopicPartition[]): Promise<PartitionEnds[]>;
  /** From the batch that holds the offset, which comes whole. @returns undefined where the offset was deleted */
  fetch(
    part: TopicPartition,
    offset: number,
    how: { maxBytes: number; isolation: Isolation },
  ): Promise<Pick<FetchedPartition, 'records' | 'aborted' | 'logStartOffset'> | undefined>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

export function traceLog(cluster: Cluster): TraceLog {
  return {
    async ends(partitions) {
      // Both on their way at once: a broker answers the requests of a connection in their order.
      const [stable, latest] = await Promise.all([
        listEnds(cluster, partitions, 'read_committed'),
        listEnds(cluster, partitions, 'read_uncommitted'),
      ]);
      return partitions.map((part) => ({
        ...part,
        stable: stable.get(nameOf(part))!,
        latest: latest.get(nameOf(part))!,
      }));
    },
    fetch: (part, offset, how) => fetchFrom(cluster, part, offset, how),
    now: () => performance.now(),
    sleep: (ms) => sleep(ms),
  };
}

/** One request per broker: every take-over of a partition asks. */
function listEnds(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  isolation: Isolation,
): Promise<Map<string, number>> {
  return withRetry(cluster, async () => {
    const groups = [...(await byLeader(cluster, partitions))];
    const answers = await Promise.all(
      groups.map(([leader, group]) => {
        const asked = group.map((part) => ({ ...part, timestampMs: LATEST }));
        return cluster.call(leader, listOffsetsRequest({ isolation, partitions: asked }));
      }),
    );
    const offsets = new Map<string, number>();
    for (const answer of answers.flat()) {
      if (answer.errorCode !== errorCode.none) throw errorOf('ListOffsets', answer.errorCode, answer);
      offsets.set(nameOf(answer), answer.offset);
    }
    return offsets;
  });
}

async function fetchFrom(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  offset: number,
  { maxBytes, isolation }: { maxBytes: number; isolation: Isolation },
): Promise<FetchedPartition | undefined> {
  try {
    return await withRetry(cluster, async () => {
      const leader = await cluster.leaderOf(topic, partition);
      const partitions = [{ topic, partition, offset, maxBytes }];
      const answer = await cluster.call(
        leader,
        fetchRequest({ maxWaitMs: 0, maxBytes, isolation, partitions }),
      );
      const [fetched] = answer.partitions;
      const code = answer.errorCode || (fetched?.errorCode ?? errorCode.unknownTopicOrPartition);
      if (fetched === undefined || code !== errorCode.none)
        throw errorOf('Fetch', code, { topic, partition, offset });
      return fetched;
    });
  } catch (error) {
    if (error instanceof KafkaError && error.code === errorCode.offsetOutOfRange) return undefined;
    throw error;
  }
}

/** Of the whole batches there. */
export function headsIn(bytes: Uint8Array): BatchHead[] {
  const heads: BatchHead[] = [];
  let at = 0;
  for (let end = batchEnd(bytes, at); end >= 0; at = end, end = batchEnd(bytes, at))
    heads.push(headAt(bytes, at));
  return heads;
}

function headAt(bytes: Uint8Array, at: number): BatchHead {
  const isControl = (bytes[at + batchLayout.attributes + 1]! & controlFlag) !== 0;
  const isAbort = isControl && isAbortMarker(bytes, at + batchLayout.records);
  const baseOffset = int64(bytes, at + batchLayout.baseOffset);
  return {
    baseOffset,
    lastOffset: baseOffset + int32(bytes, at + batchLayout.lastOffsetDelta),
    producerId: int64(bytes, at + batchLayout.producerId),
    producerEpoch: (bytes[at + batchLayout.producerEpoch]! << 8) | bytes[at + batchLayout.producerEpoch + 1]!,
    marker: isControl ? (isAbort ? 'abort' : 'commit') : undefined,
  };
}

const FETCH_BYTES_MAX = 1024 * 1024;

/** Of the batches from the one that holds `fromOffset` up to `toOffset`, fetched as they are asked for. Ends early where they were deleted. */
export async function* headsBetween(
  log: TraceLog,
  part: TopicPartition,
  range: { fromOffset: number; toOffset: number; fetchBytes?: number },
): AsyncGenerator<BatchHead, void, void> {
  const { toOffset, fetchBytes: maxBytes = FETCH_BYTES_MAX } = range;
  for (let offset = range.fromOffset; offset < toOffset; ) {
    const fetched = await log.fetch(part, offset, { maxBytes, isolation: 'read_uncommitted' });
    if (fetched === undefined) return;
    const heads = headsIn(fetched.records);
    if (heads.length === 0)
      throw errorOf('Fetch without a batch', errorCode.corruptMessage, { ...part, offset });
    for (const head of heads) {
      if (head.baseOffset >= toOffset) return;
      yield head;
      offset = head.lastOffset + 1;
    }
  }
}
