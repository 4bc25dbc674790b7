import { PriceProcessor } from '@meanwhile/averages';
import type { Accounting } from '@meanwhile/records';
import { Counter, createMetrics, Gauge, Histogram, type Registry } from '@meanwhile/service';
import type { Committed, PartitionStatus } from '@meanwhile/stream';

export interface AggregatorMetrics {
  registry: Registry;
  committed(committed: Committed): void;
  silenceContradicted(): void;
  taskEnded(next: string): void;
}

/** Accounting and durations of what was committed; gauges ask the stream when they are read. */
export function aggregatorMetrics(partitions: () => PartitionStatus[]): AggregatorMetrics {
  const registry = createMetrics();
  const registers = [registry];
  const records = new Counter({
    name: 'meanwhile_records_total',
    help: 'Committed input records by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const partlyLate = new Counter({
    name: 'meanwhile_partly_late_total',
    help: 'Committed records that were averaged and missed a window',
    registers,
  });
  const contradicted = new Counter({
    name: 'meanwhile_silence_contradicted_total',
    help: 'Records appended before the time up to which silence was taken for granted',
    registers,
  });
  const results = new Counter({ name: 'meanwhile_results_total', help: 'Committed results', registers });
  const ends = new Counter({
    name: 'meanwhile_tasks_dropped_total',
    help: 'Tasks that ended by an error, by what followed',
    labelNames: ['next'],
    registers,
  });
  const durations = new Histogram({
    name: 'meanwhile_commit_duration_seconds',
    help: 'From the first produce request to the end of a transaction',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const bytes = new Counter({
    name: 'meanwhile_committed_bytes_total',
    help: 'Bytes of committed output batches',
    registers,
  });
  gauge(
    'meanwhile_watermark_seconds',
    'Watermark of a partition, Unix time',
    (processor) => processor.watermarkMs / 1_000,
  );
  gauge('meanwhile_keys', 'Keys in memory of a partition', (processor) => processor.keyCount);
  gauge(
    'meanwhile_fast_path_share',
    'Share of the values of a partition that were read without JSON.parse, since its task began',
    ({ scanner: { fastPath, slowPath } }) => fastPath / (fastPath + slowPath),
  );

  function gauge(name: string, help: string, read: (processor: PriceProcessor) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const { partition, processor } of partitions()) {
          const value = processor instanceof PriceProcessor ? read(processor) : Number.NaN;
          if (Number.isFinite(value)) this.set({ partition }, value);
        }
      },
    });
  }

  return {
    registry,
    committed({ entry, durationMs, outputBytes }) {
      const counts = entry as unknown as Accounting;
      records.inc({ outcome: 'averaged' }, counts.averaged);
      partlyLate.inc(counts.partly_late);
      records.inc({ outcome: 'late' }, counts.late);
      records.inc({ outcome: 'dead_lettered' }, counts.dead_lettered);
      results.inc(counts.results);
      durations.observe(durationMs / 1_000);
      bytes.inc(outputBytes);
    },
    silenceContradicted: () => contradicted.inc(),
    taskEnded: (next) => ends.inc({ next }),
  };
}
