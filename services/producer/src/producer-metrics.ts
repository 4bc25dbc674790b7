import { countedElsewhere, createMetrics, gauge, type Health, type Registry } from '@meanwhile/service';

/** What the producer counts anyway; read when Prometheus asks, so that the hot path counts plain numbers. */
export interface ProducerCounts {
  /** Prices taken from the source. */
  read: number;
  acknowledged: number;
  pending: number;
  badLines: number;
  retries: number;
  /** ms since the epoch; undefined before the first. */
  lastAcknowledgedMs: number | undefined;
}

export function producerMetrics(health: Health, read: () => ProducerCounts): Registry {
  const registry = createMetrics({ service: 'producer', health });
  const counter = (name: string, help: string, of: (counts: ProducerCounts) => number) =>
    countedElsewhere(registry, `meanwhile_producer_${name}_total`, help, () => of(read()));
  counter('prices', 'Prices taken from the source', ({ read: prices }) => prices);
  counter('records', 'Records acknowledged by the broker', ({ acknowledged }) => acknowledged);
  counter('bad_lines', 'Lines of the source that could not be read as prices', ({ badLines }) => badLines);
  counter('retries', 'Attempts to deliver that failed and were repeated', ({ retries }) => retries);
  gauge(
    registry,
    'meanwhile_producer_pending_records',
    'Records given to the writer and not acknowledged yet',
    () => read().pending,
  );
  gauge(
    registry,
    'meanwhile_producer_last_record_timestamp_seconds',
    'When a record was last seen to be acknowledged, Unix time',
    () => {
      const { lastAcknowledgedMs } = read();
      return lastAcknowledgedMs === undefined ? undefined : lastAcknowledgedMs / 1_000;
    },
  );
  return registry;
}
