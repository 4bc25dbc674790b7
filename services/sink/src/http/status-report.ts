import { type Cluster, describeGroup, listOffset } from '@meanwhile/kafka';
import type { IngestCounts } from '../ingest/ingest-counts.ts';
import type { JournalView, PartitionState } from '../ingest/journal-view.ts';
import type { TopicReading } from '../ingest/read-topics.ts';
import type { RecentCommits } from '../ingest/recent-commits.ts';
import type { Store } from '../store/open-store.ts';
import { totalLag } from './total-lag.ts';

/** Parts of the process that come up one after the other; absent while it starts. */
export interface StatusSources {
  store: Store;
  journal: JournalView;
  counts: IngestCounts;
  recentCommits: RecentCommits;
  groupId: string;
  topics: { input: string; averages: string; journal: string };
  readiness: () => { state: string; reason?: string };
  cluster: () => Cluster | undefined;
  reading: () => TopicReading | undefined;
  now: () => number;
}

export type Status = Awaited<ReturnType<ReturnType<typeof createStatusReport>>>;

/** What Kafka is asked for is kept this long, however many ask us. A page that asks every second shows a change within two. */
const KEPT_MS = 500;
/** A page that asks for the status must not wait for a Kafka that is away. */
const ANSWER_MS = 1_500;

/** What the whole pipeline is doing, from the journal, the group and the sink itself. */
export function createStatusReport(o: StatusSources) {
  const fromKafka = keep(() => askKafka(o), KEPT_MS, o.now);

  return async function report() {
    const { groupState, replicas, inputPartitions, endOffsets, problem } = await fromKafka();
    const partitions = [...o.journal.partitions.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([partition, state]) => partitionStatus(partition, state, endOffsets.get(partition)));
    const { recordsPerSecond, latencyMs } = o.recentCommits.summary(o.now());
    const nextOffsets = new Map(partitions.map(({ partition, next_offset }) => [partition, next_offset]));
    const appended = partitions.map(({ append_time_max }) => append_time_max ?? 0);
    return {
      now: o.now(),
      state: o.readiness(),
      topics: o.topics,
      kafka: {
        connected: groupState !== null || inputPartitions !== null,
        input_partitions: inputPartitions,
        input_written: endOffsets.size === 0 ? null : sum(endOffsets.values()),
      },
      database: {
        id: o.store.databaseId,
        sequence: o.store.sequence,
        newest_window_end: finite(o.store.newestMs),
      },
      sink: {
        ...snakeCounts(o.counts),
        parts: (o.reading()?.parts() ?? []).map(({ part, position, highWatermark }) => ({
          topic: part.topic,
          partition: part.partition,
          next_offset: position,
          lag: Math.max(0, highWatermark - position),
        })),
      },
      freshness: {
        last_input_append_time: positive(Math.max(0, ...appended)),
        last_commit_time: positive(Math.max(0, ...partitions.map(({ committed_at }) => committed_at))),
      },
      lag: totalLag(nextOffsets, endOffsets),
      totals: sumTotals(o.journal.partitions),
      recent: { records_per_second: recordsPerSecond, latency_ms: latencyMs },
      settings: o.journal.settings ?? null,
      partitions,
      group: { id: o.groupId, state: groupState },
      replicas,
      ...(problem !== undefined && { problem }),
    };
  };
}

function partitionStatus(
  partition: number,
  { entry, writtenMs }: PartitionState,
  endOffset: number | undefined,
) {
  const { type: _type, watermark, next_offset, append_time_max, ...rest } = entry;
  return {
    partition,
    watermark: watermark ?? null,
    next_offset,
    end_offset: endOffset ?? null,
    lag: endOffset === undefined ? null : Math.max(0, endOffset - next_offset),
    append_time_max: append_time_max ?? null,
    committed_at: writtenMs,
    ...rest,
  };
}

interface KafkaAnswer {
  groupState: string | null;
  replicas: ReturnType<typeof replicaStatus>[];
  /** Null: there is no such topic, or it is not known yet. */
  inputPartitions: number | null;
  endOffsets: Map<number, number>;
  problem?: string;
}

/** Group and ends of the input; what cannot be learned in time is left open, with the reason. */
async function askKafka(o: StatusSources): Promise<KafkaAnswer> {
  const answer: KafkaAnswer = {
    groupState: null,
    replicas: [],
    inputPartitions: null,
    endOffsets: new Map(),
  };
  const cluster = o.cluster();
  if (cluster === undefined) return { ...answer, problem: 'Kafka is not connected yet' };
  const asked = Promise.all([
    describeGroup(cluster, o.groupId).then(({ state, members }) => {
      answer.groupState = state;
      answer.replicas = members.map(replicaStatus);
    }),
    cluster.partitionCount(o.topics.input).then(async (count) => {
      answer.inputPartitions = count;
      const ask = async (partition: number) => {
        answer.endOffsets.set(partition, await listOffset(cluster, o.topics.input, partition, 'latest'));
      };
      await Promise.all(Array.from({ length: count }, (_, partition) => ask(partition)));
    }),
  ]);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from Kafka within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    await Promise.race([asked, late]);
  } catch (error) {
    answer.problem = error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
  return answer;
}

type Member = Awaited<ReturnType<typeof describeGroup>>['members'][number];

function replicaStatus({ memberId, clientId, host, instanceId, peerAddress, partitions }: Member) {
  return {
    member_id: memberId,
    client_id: clientId,
    host,
    instance: instanceId ?? null,
    peer_address: peerAddress,
    partitions,
  };
}

function sumTotals(partitions: ReadonlyMap<number, PartitionState>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { entry } of partitions.values()) {
    for (const [name, count] of Object.entries(entry.totals ?? {})) {
      if (typeof count === 'number') sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function snakeCounts(counts: IngestCounts) {
  const { malformedJournal, ...rest } = counts;
  return { ...rest, malformed_journal: malformedJournal };
}

function keep<T>(make: () => Promise<T>, keptMs: number, now: () => number): () => Promise<T> {
  let kept: Promise<T> | undefined;
  let madeMs = 0;
  return () => {
    if (kept === undefined || now() - madeMs > keptMs) {
      kept = make();
      madeMs = now();
    }
    return kept;
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function positive(value: number): number | null {
  return value > 0 ? value : null;
}
