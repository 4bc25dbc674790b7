import type { RefusedRecord } from '@meanwhile/averages';
import { type Accounting, DEAD_LETTER_REASONS } from '@meanwhile/records';
import { Counter, createMetrics, gauge, type Health, Histogram, type Registry } from '@meanwhile/service';
import type { Committed, PartitionStatus } from '@meanwhile/stream';
import { registerPartitionGauges } from './partition-gauges.ts';
import { RefusedReasons } from './refused-reasons.ts';

export interface AggregatorMetrics {
  registry: Registry;
  assigned(): void;
  restored(restored: { replayed: number; durationMs: number }): void;
  refused(record: RefusedRecord): void;
  committed(committed: Committed): void;
  commitFailed(): void;
  silenceContradicted(): void;
  taskEnded(end: { partition: number; next: string }): void;
}

export interface MetricSources {
  health: Health;
  /** Of the input; undefined while Kafka is not connected. */
  inputPartitions: () => number | undefined;
  /** Those that the group has given us. */
  partitions: () => PartitionStatus[];
  windowNames: readonly string[];
  keysMax: number;
}

/** How a task may end, see libs/stream. */
const TASK_ENDS = ['nothing', 'confirm', 'reopen', 'stop'];
const LATENCY_BUCKETS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5, 10, 30, 60, 300, 3_600,
];

/**
 * Counts once per transaction what the journal's entry says of it, so that nothing is counted twice or for each record; gauges ask
 * the stream when they are read.
 */
export function aggregatorMetrics(o: MetricSources): AggregatorMetrics {
  const registry = createMetrics({ service: 'aggregator', health: o.health });
  const registers = [registry];
  const records = counter('records_total', 'Committed input records by what became of them', 'outcome');
  const partlyLate = counter('partly_late_total', 'Committed records that were averaged and missed a window');
  const deadLetters = counter('dead_letters_total', 'Committed dead letters by reason', 'reason');
  const results = counter('results_total', 'Committed results');
  const contradicted = counter(
    'silence_contradicted_total',
    'Records appended before the time up to which silence was taken for granted',
  );
  const rebalances = counter('rebalances_total', 'Assignments that the group has given this process');
  const failures = counter(
    'transactions_failed_total',
    'Transactions that failed or whose outcome is unknown; what they held is processed again',
  );
  const ends = counter('tasks_ended_total', 'Partition tasks that ended, by what followed', 'next');
  const replayed = counter('restored_records_total', 'Input offsets gone through in restores');
  const restores = histogram(
    'restore_duration_seconds',
    'Time to build up the state of a partition',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  );
  const durations = histogram(
    'commit_duration_seconds',
    'From the first produce request to the end of a transaction',
    [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  );
  const sizes = histogram(
    'commit_size_bytes',
    'Batches that a transaction published',
    [1e3, 1e4, 1e5, 3e5, 1e6, 3e6, 1e7],
  );
  const stretches = histogram(
    'commit_records',
    'Input records of a transaction',
    [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6],
  );
  const latencies = histogram(
    'latency_seconds',
    "From the Kafka timestamp of a transaction's oldest price to its results being readable",
    LATENCY_BUCKETS,
  );
  // A counter that appears with its first event has no increase to alert on.
  for (const outcome of ['averaged', 'late', 'dead_lettered']) records.inc({ outcome }, 0);
  for (const reason of DEAD_LETTER_REASONS) deadLetters.inc({ reason }, 0);
  for (const next of TASK_ENDS) ends.inc({ next }, 0);
  gauge(registry, 'meanwhile_keys_max', 'MAX_KEYS of a partition', () => o.keysMax);
  gauge(registry, 'meanwhile_input_partitions', 'Partitions of the input topic', o.inputPartitions);
  const lastCommitMs = new Map<number, number>();
  registerPartitionGauges(registry, { ...o, lastCommitMs });
  const reasons = new RefusedReasons();

  function counter(name: string, help: string, label?: string): Counter {
    return new Counter({ name: `meanwhile_${name}`, help, labelNames: label ? [label] : [], registers });
  }

  function histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `meanwhile_${name}`, help, buckets, registers });
  }

  return {
    registry,
    assigned: () => rebalances.inc(),
    restored({ replayed: count, durationMs }) {
      replayed.inc(count);
      restores.observe(durationMs / 1_000);
    },
    refused: ({ partition, reason }) => reasons.note(partition, reason),
    committed({ partition, entry, durationMs, outputBytes }) {
      const counts = entry as unknown as Accounting & { append_time_min: number | null };
      const nowMs = Date.now();
      records.inc({ outcome: 'averaged' }, counts.averaged);
      records.inc({ outcome: 'late' }, counts.late);
      records.inc({ outcome: 'dead_lettered' }, counts.dead_lettered);
      partlyLate.inc(counts.partly_late);
      results.inc(counts.results);
      for (const [reason, count] of reasons.take(partition, counts.dead_lettered)) {
        deadLetters.inc({ reason }, count);
      }
      durations.observe(durationMs / 1_000);
      sizes.observe(outputBytes);
      stretches.observe(counts.read);
      if (counts.append_time_min !== null) {
        // The broker's clock may be ahead of ours.
        latencies.observe(Math.max(0, nowMs - counts.append_time_min) / 1_000);
      }
      lastCommitMs.set(partition, nowMs);
    },
    commitFailed: () => failures.inc(),
    silenceContradicted: () => contradicted.inc(),
    taskEnded({ partition, next }) {
      ends.inc({ next });
      reasons.forget(partition);
      lastCommitMs.delete(partition);
    },
  };
}
