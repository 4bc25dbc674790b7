/** What goes into the window oracle and what comes out. Times are ms since the epoch, offsets are those of one input partition. */

export interface OracleDefinition {
  kind: 'sliding' | 'tumbling' | 'hopping' | 'session';
  name: string;
  /** Session: the gap. */
  sizeMs: number;
  /** Tumbling: equal to the size. Sliding, session: 0. */
  stepMs: number;
  emit: 'updates' | 'final' | 'both';
}

export interface OracleSettings {
  windows: OracleDefinition[];
  graceMs: number;
  /** null: off */
  idleTimeoutMs: number | null;
  updateIntervalMs: number;
  maxKeys: number;
}

/** A good record; `appendTimeMs` is null when its batch does not have LogAppendTime. */
export interface GoodRecord {
  offset: number;
  appendTimeMs: number | null;
  key: string;
  timeMs: number;
  value: number;
}

export interface BadRecord {
  offset: number;
  appendTimeMs: number | null;
  bad: true;
}

/** A silence that was seen live: the watermark that the journal gives after it. */
export interface LiveSilence {
  liveSilence: number;
}

export type OracleEvent = GoodRecord | BadRecord | LiveSilence;

export interface OracleResult {
  symbol: string;
  window: string;
  windowStart: number;
  windowEnd: number;
  count: number;
  /** The double nearest to the exact sum (or next to it). */
  total: number;
  average: number;
  minimum: number;
  maximum: number;
  earliest: number;
  latest: number;
  stddev: number;
  /** Sum of the values' magnitudes: the yardstick of the contract's bounds. */
  magnitude: number;
  revision: number;
  isFinal: boolean;
  inputOffset: number;
}

export interface OracleLate {
  symbol: string;
  value: number;
  timeMs: number;
  watermarkMs: number;
  missed: string[];
  accepted: string[];
  inputOffset: number;
}

/** What a record was counted as; null: the event was a silence. */
export type OracleVerdict = 'averaged' | 'partly_late' | 'late' | 'bad' | 'too_many_keys' | null;

export interface OracleStep {
  results: OracleResult[];
  late: OracleLate | null;
  verdict: OracleVerdict;
  /** After the event; -Infinity before the first good record. */
  watermarkMs: number;
}

export interface OracleCounts {
  read: number;
  averaged: number;
  partlyLate: number;
  late: number;
  deadLettered: number;
  results: number;
}
