import { Counter, Gauge, type Registry } from '@meanwhile/service';
import type { IngestCounts } from './ingest/ingest-counts.ts';
import type { TopicReading } from './ingest/read-topics.ts';

/** The sink's metrics, read from what it counts anyway whenever somebody asks. */
export function registerSinkMetrics(
  registry: Registry,
  o: { counts: IngestCounts; clients: () => number; reading: () => TopicReading | undefined },
): void {
  const counters: [keyof IngestCounts, string, string][] = [
    ['upserted', 'rows_upserted', 'Averages stored: new ones and newer revisions'],
    ['unchanged', 'rows_unchanged', 'Averages read that were stored already, in this or a newer revision'],
    ['malformed', 'malformed', 'Records of the averages that could not be read'],
    ['malformedJournal', 'malformed_journal', 'Records of the journal that could not be read'],
    ['lost', 'lost', 'Offsets of the averages that were removed before the sink read them'],
    ['expired', 'rows_expired', 'Rows removed because of RETENTION'],
  ];
  for (const [count, name, help] of counters) {
    new Counter({
      name: `meanwhile_sink_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(o.counts[count]);
      },
    });
  }
  new Gauge({
    name: 'meanwhile_sink_stream_clients',
    help: 'Open streams',
    registers: [registry],
    collect() {
      this.set(o.clients());
    },
  });
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
}
