import type { PriceOracleSettings } from './price-oracle.ts';
import type { OracleSettings } from './window-oracle-types.ts';

/** The settings that results depend on, as the journal's settings entry has them. */
export interface CheckSettings extends OracleSettings, PriceOracleSettings {
  /** Of average, total, minimum, maximum, earliest, latest, stddev. */
  aggregates: string[];
}

export interface LogHeader {
  key: string;
  value: Uint8Array | null;
}

/** One committed record. */
export interface LogRecord {
  offset: number;
  /** null: none */
  timestampMs: number | null;
  isLogAppendTime: boolean;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: LogHeader[];
}

/** One partition's records in the input and in the four outputs. */
export interface PartitionLogs {
  partition: number;
  input: LogRecord[];
  averages: LogRecord[];
  late: LogRecord[];
  deadLetters: LogRecord[];
  journal: LogRecord[];
}

export type ProblemKind =
  | 'lost result'
  | 'doubled result'
  | 'wrong result'
  | 'unexplained result'
  | 'revision gap'
  | 'result after the final'
  | 'order'
  | 'late record'
  | 'dead letter'
  | 'journal'
  | 'unprocessed';

export interface CheckReport {
  isClean: boolean;
  /** The first 20, one readable line each. */
  problems: string[];
  problemCounts: Partial<Record<ProblemKind, number>>;
  counts: CheckSeen;
}

/** How much there was to check: a clean report over nothing proves nothing. */
export interface CheckSeen {
  partitions: number;
  /** Input records that the journal covers, and those behind its end. */
  read: number;
  unprocessed: number;
  results: number;
  late: number;
  deadLetters: number;
  journalEntries: number;
  /** Silences that were seen live. */
  silences: number;
  /** Of those: a record with an earlier append time turned up all the same. */
  silencesContradicted: number;
}
