import { Counter, createMetrics, Gauge, type Registry } from '@meanwhile/service';

/** Read when Prometheus asks; the hot path counts plain numbers. */
export function producerMetrics(read: {
  acknowledged: () => number;
  pending: () => number;
  badLines: () => number;
}): Registry {
  const registry = createMetrics();
  const registers = [registry];
  new Counter({
    name: 'meanwhile_producer_records_total',
    help: 'Records acknowledged by the broker',
    registers,
    collect() {
      this.reset();
      this.inc(read.acknowledged());
    },
  });
  new Counter({
    name: 'meanwhile_producer_bad_lines_total',
    help: 'Lines of the source that could not be read as prices',
    registers,
    collect() {
      this.reset();
      this.inc(read.badLines());
    },
  });
  new Gauge({
    name: 'meanwhile_producer_pending_records',
    help: 'Records given to the writer and not acknowledged yet',
    registers,
    collect() {
      this.set(read.pending());
    },
  });
  return registry;
}
