import {
  type Cluster,
  describeGroup,
  type Group,
  type GroupMember,
  listOffset,
  type Reader,
} from '@meanwhile/kafka';
import type { Accounting } from '@meanwhile/records';
import { type JournalState, type JournalTail, journalTail } from './journal-tail.ts';

/** One partition of the pipeline. Times in ms since the epoch; null: not known, or not there yet. */
export interface PartitionStatus {
  partition: number;
  /** The replica that the group gives the partition to; null: none, or a rebalance is under way. */
  owner: string | null;
  /** The replica that made the last commit. */
  committed_by: string | null;
  /** Event time that the partition has reached. */
  watermark: number | null;
  /** When the last commit was written. */
  committed_at: number | null;
  sequence: number | null;
  /** The next input offset to be read. */
  next_offset: number | null;
  /** Where the input ends now. */
  end_offset: number;
  /** Input that is not averaged yet. */
  lag: number;
  totals: Accounting;
  snapshot: { written_at: number; sequence: number; offset: number; size_bytes: number } | null;
}

export interface Replica {
  instance: string | null;
  member_id: string;
  host: string;
  peer_address: string | null;
  partitions: number[];
}

export interface Status {
  now: number;
  topics: { input: string; averages: string; journal: string };
  group: { id: string; state: string };
  replicas: Replica[];
  lag: number;
  totals: Accounting;
  partitions: PartitionStatus[];
  /** As the journal has them; null: the aggregator has never run. */
  settings: Record<string, unknown> | null;
}

export interface StatusOptions {
  cluster: Cluster;
  reader: Reader;
  groupId: string;
  topics: Status['topics'];
  partitions: number;
  now: () => number;
}

/**
 * Returns a function that tells how the pipeline stands: by journal, group and input. Called again it reads only what is new.
 * @throws KafkaError, or Error when a journal entry cannot be read
 */
export function createStatusReport(o: StatusOptions): () => Promise<Status> {
  const { cluster, reader, topics, groupId } = o;
  const each = Array.from({ length: o.partitions }, (_, partition) => partition);
  const tails = each.map((partition) => journalTail(cluster, reader, { topic: topics.journal, partition }));

  return async () => {
    const [group, partitions] = await Promise.all([
      describeGroup(cluster, groupId),
      Promise.all(each.map((partition) => lookAt(partition, tails[partition]!))),
    ]);
    const status = partitions.map(({ partition, state, ...input }) =>
      partitionStatus(partition, state, { ...input, owner: ownerOf(partition, group) }),
    );
    return {
      now: o.now(),
      topics,
      group: { id: groupId, state: group.state },
      replicas: group.members.map(replica),
      lag: status.reduce((sum, { lag }) => sum + lag, 0),
      totals: status.map(({ totals }) => totals).reduce(add, nothing),
      partitions: status,
      settings: newestSettings(partitions.map(({ state }) => state)),
    };
  };

  /** The journal first: the input's end, asked for after it, is never behind it. */
  async function lookAt(partition: number, tail: JournalTail) {
    const state = { ...(await tail.read()) };
    const [startOffset, endOffset] = await Promise.all([
      listOffset(cluster, topics.input, partition, 'earliest'),
      listOffset(cluster, topics.input, partition, 'latest'),
    ]);
    return { partition, state, startOffset, endOffset };
  }
}

function partitionStatus(
  partition: number,
  { commit, settings, snapshot }: JournalState,
  { startOffset, endOffset, owner }: { startOffset: number; endOffset: number; owner: string | null },
): PartitionStatus {
  const entry = commit?.entry;
  // A partition that was begun and has not committed anything yet stands at its start.
  const start = settings?.['start_offset'];
  const nextOffset = entry?.next_offset ?? (typeof start === 'number' ? start : null);
  return {
    partition,
    owner,
    committed_by: entry?.instance ?? null,
    watermark: entry?.watermark ?? null,
    committed_at: commit?.writtenMs ?? null,
    sequence: entry?.sequence ?? null,
    next_offset: nextOffset,
    end_offset: endOffset,
    lag: Math.max(0, endOffset - (nextOffset ?? startOffset)),
    totals: entry?.totals ?? nothing,
    snapshot: snapshot
      ? {
          written_at: snapshot.writtenMs,
          sequence: snapshot.sequence,
          offset: snapshot.offset,
          size_bytes: snapshot.sizeBytes,
        }
      : null,
  };
}

function ownerOf(partition: number, group: Group): string | null {
  const owner = group.members.find(({ partitions }) => partitions.includes(partition));
  return owner ? (owner.instanceId ?? owner.memberId) : null;
}

function replica({ instanceId, memberId, host, peerAddress, partitions }: GroupMember): Replica {
  return {
    instance: instanceId ?? null,
    member_id: memberId,
    host: host.replace(/^\//, ''),
    peer_address: peerAddress ?? null,
    partitions,
  };
}

/** All partitions run under the same settings, but for a moment after a change: the newest commit tells. */
function newestSettings(states: readonly JournalState[]): Record<string, unknown> | null {
  const known = states.filter(({ settings }) => settings !== undefined);
  const newest = known.toSorted((a, b) => (b.commit?.writtenMs ?? 0) - (a.commit?.writtenMs ?? 0))[0];
  return newest?.settings?.settings ?? null;
}

const nothing: Accounting = { read: 0, averaged: 0, partly_late: 0, late: 0, dead_lettered: 0, results: 0 };

function add(a: Accounting, b: Accounting): Accounting {
  return {
    read: a.read + b.read,
    averaged: a.averaged + b.averaged,
    partly_late: a.partly_late + b.partly_late,
    late: a.late + b.late,
    dead_lettered: a.dead_lettered + b.dead_lettered,
    results: a.results + b.results,
  };
}
