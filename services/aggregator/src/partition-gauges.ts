import { setImmediate as nextTurn } from 'node:timers/promises';
import { PriceProcessor } from '@meanwhile/averages';
import { Gauge, type Registry } from '@meanwhile/service';
import type { InputPlace, PartitionStatus } from '@meanwhile/stream';

const STATES = ['waiting', 'opening', 'restoring', 'running', 'closing', 'ended'];

/** What each partition of ours says of itself; asked when somebody reads the metrics, and at no other time. */
export function registerPartitionGauges(
  registry: Registry,
  o: {
    partitions: () => PartitionStatus[];
    windowNames: readonly string[];
    /** When the last transaction of a partition was readable, ms since the epoch. */
    lastCommitMs: ReadonlyMap<number, number>;
  },
): void {
  const registers = [registry];
  new Gauge({
    name: 'meanwhile_partitions',
    help: 'Partitions that the group has given this process, by state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of STATES) this.set({ state }, 0);
      for (const { state } of o.partitions()) this.inc({ state });
    },
  });
  ofProcessor('watermark_seconds', 'Watermark, Unix time', (processor) => processor.watermarkMs / 1_000);
  ofProcessor('keys', 'Keys in memory', (processor) => processor.keyCount);
  ofProcessor(
    'fast_path_share',
    'Share of the values that were read without JSON.parse, since the task began',
    ({ scanner: { fastPath, slowPath } }) => fastPath / (fastPath + slowPath),
  );
  ofInput(
    'lag_records',
    'Offsets between what is readable in the outputs and the end of the input',
    ({ endOffset, committedOffset }) =>
      endOffset < 0 ? Number.NaN : Math.max(0, endOffset - committedOffset),
  );
  ofInput(
    'pending_records',
    'Offsets that are processed and not committed yet',
    ({ position, committedOffset }) => position - committedOffset,
  );
  ofPartition(
    'last_commit_timestamp_seconds',
    'When the last transaction was readable, Unix time',
    (status) => {
      return (o.lastCommitMs.get(status.partition) ?? Number.NaN) / 1_000;
    },
  );
  openWindows(registry, o);

  function ofProcessor(name: string, help: string, read: (processor: PriceProcessor) => number): void {
    ofPartition(name, help, ({ processor }) =>
      processor instanceof PriceProcessor ? read(processor) : Number.NaN,
    );
  }

  function ofInput(name: string, help: string, read: (input: InputPlace) => number): void {
    ofPartition(name, help, ({ input }) => (input ? read(input) : Number.NaN));
  }

  /** What is not known is left out. */
  function ofPartition(name: string, help: string, read: (status: PartitionStatus) => number): void {
    new Gauge({
      name: `meanwhile_${name}`,
      help,
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const status of o.partitions()) {
          const value = read(status);
          if (Number.isFinite(value)) this.set({ partition: status.partition }, value);
        }
      },
    });
  }
}

/** A few ms of work; then records have their turn. */
const KEYS_PER_TURN = 10_000;

/** Counting looks at all keys: a hundred thousand take a tenth of a second on a busy machine. */
function openWindows(
  registry: Registry,
  o: { partitions: () => PartitionStatus[]; windowNames: readonly string[] },
): void {
  new Gauge({
    name: 'meanwhile_open_windows',
    help: 'Windows that are not closed',
    labelNames: ['partition', 'window'],
    registers: [registry],
    async collect() {
      const counts: { partition: number; window: string; count: number }[] = [];
      for (const { partition, processor } of o.partitions()) {
        if (!(processor instanceof PriceProcessor)) continue;
        for (const [definition, window] of o.windowNames.entries()) {
          let count = 0;
          for (const open of processor.openWindows(definition, KEYS_PER_TURN)) {
            count += open;
            await nextTurn();
          }
          counts.push({ partition, window, count });
        }
      }
      this.reset();
      for (const { partition, window, count } of counts) this.set({ partition, window }, count);
    },
  });
}
