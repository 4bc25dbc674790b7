import type { Cluster } from './cluster.ts';
import { errorCode, errorOf } from './errors.ts';
import { deleteRecordsRequest } from './requests/delete-records.ts';
import { EARLIEST, LATEST, listOffsetsRequest } from './requests/list-offsets.ts';
import { offsetDeleteRequest } from './requests/offset-delete.ts';
import { offsetFetchRequest } from './requests/offset-fetch.ts';
import { withRetry } from './retry.ts';

/**
 * An offset of a partition's log: its first (`earliest`), one past its last (`latest`, the high watermark), the end of what
 * read_committed sees (`stable`), or of the first record at or after a time in ms (the high watermark when there is none).
 * Leader changes are waited for, up to 30 s; throws KafkaError.
 */
export async function listOffset(
  cluster: Cluster,
  topic: string,
  partition: number,
  at: 'earliest' | 'latest' | 'stable' | number,
): Promise<number> {
  const timestampMs = typeof at === 'number' ? at : at === 'earliest' ? EARLIEST : LATEST;
  const isolation = at === 'stable' ? 'read_committed' : 'read_uncommitted';
  const offset = await withRetry(cluster, async () => {
    const leader = await cluster.leaderOf(topic, partition);
    const partitions = [{ topic, partition, timestampMs }];
    const [listed] = await cluster.call(leader, listOffsetsRequest({ isolation, partitions }));
    const code = listed?.errorCode ?? errorCode.unknownTopicOrPartition;
    if (listed === undefined || code !== errorCode.none)
      throw errorOf('ListOffsets', code, { topic, partition });
    return listed.offset;
  });
  return offset === -1 && typeof at === 'number' ? listOffset(cluster, topic, partition, 'latest') : offset;
}

/**
 * The group's committed offset (the next to read), -1 for none. Waits for an open transaction that holds a new one: only after the
 * partition's writer was fenced is the answer the last commit's. With `pending: 'ignore'` it is not waited for: for looking on.
 */
export async function groupOffset(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
  options: { pending?: 'wait' | 'ignore' } = {},
): Promise<number> {
  const requireStable = options.pending !== 'ignore';
  return withRetry(cluster, async (lookup) => {
    const coordinator = await cluster.coordinator('group', groupId, lookup);
    const request = offsetFetchRequest({ groupId, topic, partition, requireStable });
    const answer = await cluster.call(coordinator, request);
    if (answer.errorCode !== errorCode.none) {
      throw errorOf(`OffsetFetch of group ${groupId}`, answer.errorCode, { topic, partition });
    }
    return answer.offset;
  });
}

/** Forgets the group's committed offset; none is no error. Throws GROUP_SUBSCRIBED_TO_TOPIC while the group has members that read the topic. */
export async function deleteGroupOffset(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
): Promise<void> {
  await withRetry(cluster, async (lookup) => {
    const coordinator = await cluster.coordinator('group', groupId, lookup);
    const answer = await cluster.call(coordinator, offsetDeleteRequest({ groupId, topic, partition }));
    if (answer.errorCode === errorCode.none || answer.errorCode === errorCode.groupIdNotFound) return;
    throw errorOf(`OffsetDelete of group ${groupId}`, answer.errorCode, { topic, partition });
  });
}

/** Removes all records below `offset` (the log start moves there; never back). Throws OFFSET_OUT_OF_RANGE beyond the high watermark. */
export async function deleteRecordsBefore(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: number,
): Promise<void> {
  await withRetry(cluster, async () => {
    const leader = await cluster.leaderOf(topic, partition);
    const answer = await cluster.call(leader, deleteRecordsRequest({ topic, partition, offset }));
    if (answer.errorCode !== errorCode.none) {
      throw errorOf('DeleteRecords', answer.errorCode, { topic, partition, offset });
    }
  });
}
