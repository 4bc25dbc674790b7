import { statSync } from 'node:fs';
import { countedElsewhere, Gauge, gauge, Histogram, type Registry } from '@meanwhile/service';
import type { IngestCounts } from './ingest/ingest-counts.ts';
import type { TopicReading } from './ingest/read-topics.ts';

export interface SinkMetrics {
  /** A transaction of the store is durable, and its rows were handed to the streams. */
  stored(stored: { durationMs: number; oldestMs: number }): void;
}

/** The sink's metrics, read from what it counts anyway whenever somebody asks; two histograms are told once per transaction. */
export function registerSinkMetrics(
  registry: Registry,
  o: {
    counts: IngestCounts;
    clients: () => number;
    reading: () => TopicReading | undefined;
    /** Path of the SQLite file. */
    database: string;
  },
): SinkMetrics {
  const counters: [keyof IngestCounts, string, string][] = [
    ['upserted', 'rows_upserted', 'Averages stored: new ones and newer revisions'],
    ['unchanged', 'rows_unchanged', 'Averages read that were stored already, in this or a newer revision'],
    ['malformed', 'malformed', 'Records of the averages that could not be read'],
    ['malformedJournal', 'malformed_journal', 'Records of the journal that could not be read'],
    ['lost', 'lost', 'Offsets of the averages that were removed before the sink read them'],
    ['expired', 'rows_expired', 'Rows removed because of RETENTION'],
  ];
  for (const [count, name, help] of counters) {
    countedElsewhere(registry, `meanwhile_sink_${name}_total`, help, () => o.counts[count]);
  }
  countedElsewhere(registry, 'meanwhile_sink_records_total', 'Records of the averages that were read', () => {
    const { upserted, unchanged, malformed } = o.counts;
    return upserted + unchanged + malformed;
  });
  gauge(registry, 'meanwhile_sink_stream_clients', 'Open streams', o.clients);
  gauge(registry, 'meanwhile_sink_database_bytes', 'The SQLite file with its log', () =>
    databaseBytes(o.database),
  );
  let lastStoredMs: number | undefined;
  gauge(
    registry,
    'meanwhile_sink_last_stored_timestamp_seconds',
    'When results were last stored, Unix time',
    () => (lastStoredMs === undefined ? undefined : lastStoredMs / 1_000),
  );
  new Gauge({
    name: 'meanwhile_sink_lag_records',
    help: 'Offsets between what the sink stored and the end of the partition',
    labelNames: ['topic', 'partition'] as const,
    registers: [registry],
    collect() {
      for (const { part, position, highWatermark } of o.reading()?.parts() ?? []) {
        this.set({ topic: part.topic, partition: part.partition }, Math.max(0, highWatermark - position));
      }
    },
  });
  const durations = new Histogram({
    name: 'meanwhile_sink_store_duration_seconds',
    help: 'Of a transaction of the store, from the first record read to durable and handed to the streams',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  });
  const latencies = new Histogram({
    name: 'meanwhile_sink_latency_seconds',
    help: "From the Kafka timestamp of a transaction's oldest result to its being stored and on the streams",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
    registers: [registry],
  });
  return {
    stored({ durationMs, oldestMs }) {
      durations.observe(durationMs / 1_000);
      if (!Number.isFinite(oldestMs)) return;
      lastStoredMs = Date.now();
      // The broker's clock may be ahead of ours.
      latencies.observe(Math.max(0, lastStoredMs - oldestMs) / 1_000);
    },
  };
}

/** Undefined for a database that is nowhere, as one in memory. */
function databaseBytes(path: string): number | undefined {
  const sizes = ['', '-wal', '-shm'].map(
    (suffix) => statSync(path + suffix, { throwIfNoEntry: false })?.size,
  );
  return sizes[0] === undefined ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
