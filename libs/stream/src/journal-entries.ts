import type { Json } from './processor.ts';

/** Opens the journal and stands at every change of settings (and before each snapshot, so that a trimmed journal still opens with one). */
export interface SettingsEntry {
  type: 'settings';
  semantics_version: number;
  input_topic: string;
  input_topic_id: string;
  partitions: number;
  group: string;
  /** Input offset at which the partition was begun. */
  start_offset: number;
  settings: Json;
  instance: string;
}

/** One committed stretch of input `[from_offset, next_offset)`; what the processor's summary holds is part of it. */
export interface CommitEntry extends Json {
  type: 'commit';
  sequence: number;
  from_offset: number;
  next_offset: number;
  /** After the stretch; null before the first record that sets it. */
  watermark: number | null;
  instance: string;
}

export type JournalEntry = SettingsEntry | CommitEntry;
