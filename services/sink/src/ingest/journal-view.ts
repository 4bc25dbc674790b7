import type { CommitEntry, SettingsEntry } from '@meanwhile/records';
import { z } from 'zod';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';

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
    this.#partitions.set(partition, { writtenMs, entry });
    this.#changed.add(partition);
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

  /** True when no newer revision can follow: the result is final, or the watermark has closed its window. */
  isSettled(row: StoredAverage): boolean {
    if (row.is_final) return true;
    const watermark = this.#partitions.get(row.partition)?.entry.watermark;
    if (watermark == null || this.#graceMs === undefined) return false;
    const closeMs = row.window_end + this.#graceMs;
    // The end of a sliding window belongs to it, the end of an aligned one does not.
    const kind = this.#kinds.get(row.window);
    return kind === 'tumbling' || kind === 'hopping' ? watermark >= closeMs : watermark > closeMs;
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
