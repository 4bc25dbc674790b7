import type { CommitEntry, SettingsEntry } from '@meanwhile/records';
import { z } from 'zod';
import type { SettledRules } from '../history/settled.ts';
import type { Store } from '../store/open-store.ts';

/** The last commit entry of a partition and when it was written (ms). */
export interface PartitionState {
  writtenMs: number;
  entry: CommitEntry;
}

const windowSettings = z.object({
  name: z.string(),
  kind: z.string(),
  sizeMs: z.number().optional(),
  stepMs: z.number().optional(),
  emit: z.string().optional(),
});
export type WindowSettings = z.infer<typeof windowSettings>;

/** What the sink needs of the aggregator's settings; the rest is passed on as it is. */
const resultSettings = z.object({
  windows: z.array(windowSettings).catch([]),
  graceMs: z.number().optional(),
});

/**
 * The newest journal entries: in memory for readers, in the store for the next start. Writes belong to the
 * transaction of the caller.
 */
export class JournalView {
  readonly #store: Store;
  readonly #partitions = new Map<number, PartitionState>();
  readonly #kinds = new Map<string, string>();
  readonly #changed = new Set<number>();
  #isBegunAnew = false;
  #settings: Record<string, unknown> | undefined;
  #windows: WindowSettings[] = [];
  #graceMs: number | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.reload();
  }

  /** The aggregator's settings as the journal has them. */
  get settings(): Record<string, unknown> | undefined {
    return this.#settings;
  }

  get windows(): readonly WindowSettings[] {
    return this.#windows;
  }

  get graceMs(): number | undefined {
    return this.#graceMs;
  }

  get partitions(): ReadonlyMap<number, PartitionState> {
    return this.#partitions;
  }

  noteCommit(partition: number, entry: CommitEntry, writtenMs: number): void {
    const known = this.#partitions.get(partition)?.entry.sequence ?? 0;
    if (entry.sequence <= known) this.#isBegunAnew = true;
    this.#partitions.set(partition, { writtenMs, entry });
    this.#changed.add(partition);
  }

  /** Has a partition been begun anew since this was last asked? Its entries, and the revisions of its results, count from 1 again then. */
  takeBegunAnew(): boolean {
    const isBegunAnew = this.#isBegunAnew;
    this.#isBegunAnew = false;
    return isBegunAnew;
  }

  noteSettings(entry: SettingsEntry): void {
    this.#store.saveSettingsEntry(JSON.stringify(entry));
    this.#adopt(entry);
  }

  /** Writes what changed since the last call: one row per partition, however many entries were read. */
  save(): void {
    for (const partition of this.#changed) {
      const { entry, writtenMs } = this.#partitions.get(partition)!;
      this.#store.saveJournalEntry({ partition, writtenMs, entry: JSON.stringify(entry) });
    }
    this.#changed.clear();
  }

  /** What tells, now, whether a result can still change. */
  get settledRules(): SettledRules {
    const watermarks = new Map<number, number>();
    for (const [partition, { entry }] of this.#partitions) {
      if (entry.watermark != null) watermarks.set(partition, entry.watermark);
    }
    return { graceMs: this.#graceMs, kinds: this.#kinds, watermarks };
  }

  /** Takes up what the store holds. */
  reload(): void {
    this.#partitions.clear();
    this.#changed.clear();
    for (const { partition, writtenMs, entry } of this.#store.journalEntries()) {
      this.#partitions.set(partition, { writtenMs, entry: JSON.parse(entry) as CommitEntry });
    }
    const settings = this.#store.settingsEntry();
    this.#adopt(settings === undefined ? undefined : (JSON.parse(settings) as SettingsEntry));
  }

  #adopt(entry: SettingsEntry | undefined): void {
    this.#settings = entry?.settings as Record<string, unknown> | undefined;
    const read = resultSettings.safeParse(this.#settings);
    this.#windows = read.success ? read.data.windows : [];
    this.#graceMs = read.success ? read.data.graceMs : undefined;
    this.#kinds.clear();
    for (const { name, kind } of this.#windows) this.#kinds.set(name, kind);
  }
}
