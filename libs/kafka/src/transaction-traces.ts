import { batchEnd, batchLayout, controlFlag, int32, int64 } from './batch-layout.ts';
import type { Cluster } from './cluster.ts';
import { isAbortMarker } from './control-record.ts';
import { errorCode, errorOf, KafkaError } from './errors.ts';
import { nameOf } from './produce-part.ts';
import { byLeader } from './produce-to-leaders.ts';
import type { TopicPartition } from './request.ts';
import { fetchRequest } from './requests/fetch.ts';
import { LATEST, listOffsetsRequest } from './requests/list-offsets.ts';
import { withRetry } from './retry.ts';

const FETCH_BYTES_MAX = 1024 * 1024;

/** Where a partition ends. */
export interface PartitionEnds extends TopicPartition {
  /** Last stable offset. */
  stable: number;
  /** High watermark. */
  latest: number;
}

/** The high watermark is asked last: one that has grown meanwhile would only cost another look. */
export async function partitionEnds(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
): Promise<PartitionEnds[]> {
  const stable = await listEnds(cluster, partitions, 'read_committed');
  const latest = await listEnds(cluster, partitions, 'read_uncommitted');
  return partitions.map((part) => ({
    ...part,
    stable: stable.get(nameOf(part))!,
    latest: latest.get(nameOf(part))!,
  }));
}

/** One request per broker: every take-over of a partition asks. */
function listEnds(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  isolation: 'read_committed' | 'read_uncommitted',
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

export type Verdict = 'commit' | 'abort';

/** What a batch's header says of its transaction. */
export interface BatchHead {
  producerId: number;
  producerEpoch: number;
  /** Undefined for data. */
  marker: Verdict | undefined;
}

/** Of all batches from `fromOffset` to the high watermark. */
export async function batchHeads(
  cluster: Cluster,
  part: PartitionEnds,
  fromOffset: number,
): Promise<BatchHead[]> {
  const heads: BatchHead[] = [];
  for (let offset = fromOffset; offset < part.latest; ) {
    const bytes = await fetchFrom(cluster, part, offset);
    let at = 0;
    for (let end = batchEnd(bytes, at); end >= 0; at = end, end = batchEnd(bytes, at)) {
      heads.push(headAt(bytes, at));
      offset = int64(bytes, at + batchLayout.baseOffset) + int32(bytes, at + batchLayout.lastOffsetDelta) + 1;
    }
    if (at === 0) throw errorOf('Fetch without a batch', errorCode.corruptMessage, { ...part, offset });
  }
  return heads;
}

/** Of the last batch; undefined where the log is empty, or its end was deleted since it was written. */
export async function lastHead(cluster: Cluster, part: PartitionEnds): Promise<BatchHead | undefined> {
  if (part.latest === 0) return undefined;
  try {
    return (await batchHeads(cluster, part, part.latest - 1)).at(-1);
  } catch (error) {
    if (error instanceof KafkaError && error.code === errorCode.offsetOutOfRange) return undefined;
    throw error;
  }
}

function headAt(bytes: Uint8Array, at: number): BatchHead {
  const isControl = (bytes[at + batchLayout.attributes + 1]! & controlFlag) !== 0;
  const isAbort = isControl && isAbortMarker(bytes, at + batchLayout.records);
  return {
    producerId: int64(bytes, at + batchLayout.producerId),
    producerEpoch: (bytes[at + batchLayout.producerEpoch]! << 8) | bytes[at + batchLayout.producerEpoch + 1]!,
    marker: isControl ? (isAbort ? 'abort' : 'commit') : undefined,
  };
}

function fetchFrom(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  offset: number,
): Promise<Uint8Array> {
  return withRetry(cluster, async () => {
    const leader = await cluster.leaderOf(topic, partition);
    const answer = await cluster.call(
      leader,
      fetchRequest({
        maxWaitMs: 0,
        maxBytes: FETCH_BYTES_MAX,
        isolation: 'read_uncommitted',
        partitions: [{ topic, partition, offset, maxBytes: FETCH_BYTES_MAX }],
      }),
    );
    const [fetched] = answer.partitions;
    const code = answer.errorCode || (fetched?.errorCode ?? errorCode.unknownTopicOrPartition);
    if (fetched === undefined || code !== errorCode.none)
      throw errorOf('Fetch', code, { topic, partition, offset });
    return fetched.records;
  });
}
