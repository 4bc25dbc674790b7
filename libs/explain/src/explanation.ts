import type { Average } from '@meanwhile/records';

/** What a result is made of. As JSON it is the answer of the API and of the command line; times in ms since the epoch. */
export interface Explanation {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  partition: number;
  /** `final`: marked so. `settled`: the watermark has closed the window. `open`: newer revisions may follow. */
  state: 'final' | 'settled' | 'open';
  /** Of the partition, after the newest journal entry; null before the first good record. */
  watermark: number | null;
  /** Does the newest revision say what its records say? null where reading was cut short, so that nobody knows. */
  matches: boolean | null;
  /** The newest revision as it was read, and where and when it was written. */
  published: PublishedAverage;
  /** Field by field, for the newest revision; empty where reading was cut short. */
  comparison: Comparison[];
  /** The newest 50, newest first. */
  revisions: ExplainedRevision[];
  revision_count: number;
  /** The newest of the records that the newest revision counts, in the order of their offsets. */
  records: CountedRecord[];
  record_count: number;
  /** Records of the window that came when it was closed. */
  late: ExplainedLate[];
  /** Dead letters of the key in the stretch of input from the window's first record to its close. */
  dead_letters: ExplainedDeadLetter[];
  /** The journal's entry of the transaction that published the newest revision; null where the journal no longer has it. */
  journal: ExplainedEntry | null;
  /** The stretch of input that was read, `[from_offset, to_offset)`. */
  input: { topic: string; from_offset: number; to_offset: number; records_read: number };
  /** How the records were read. */
  settings: { grace_ms: number; value_field: string; time_field: string; time_unit: string };
  /** What limits left out, in words; empty when nothing was. */
  cut: string[];
}

/** `offset`, `written_at`: of the record in the topic of the averages. */
export type PublishedAverage = Average & { offset: number; written_at: number };

export interface Comparison {
  field: string;
  published: number | null;
  recomputed: number | null;
  matches: boolean;
}

export interface ExplainedRevision {
  revision: number;
  is_final: boolean;
  record_count: number;
  average?: number;
  input_offset: number;
  offset: number;
  written_at: number;
  /** As in the explanation. */
  matches: boolean | null;
  /** Fields that differ from the recomputed ones. */
  differs: string[];
  journal: ExplainedEntry | null;
}

export interface ExplainedEntry {
  sequence: number;
  /** The stretch of input that the transaction answers, `[from_offset, next_offset)`. */
  from_offset: number;
  next_offset: number;
  watermark: number | null;
  instance: string;
  /** Of the entry in the topic of the journal. */
  offset: number;
  written_at: number;
}

export interface CountedRecord {
  offset: number;
  timestamp: number;
  value: number;
  /** Kafka's timestamp; null for none. With LogAppendTime when the broker took the record. */
  append_time: number | null;
}

export interface ExplainedLate {
  offset: number;
  timestamp: number;
  value: number;
  /** Of the partition when the record came. */
  watermark: number;
  late_by_ms: number;
  accepted: string[];
}

export interface ExplainedDeadLetter {
  offset: number;
  reason: string;
  detail: string;
}
