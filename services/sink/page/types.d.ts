/** A row of /api/v1/averages and of the stream. Times in ms since the epoch. */
export interface Row {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  average?: number;
  record_count: number;
  total?: number;
  minimum?: number;
  maximum?: number;
  latest?: number;
  stddev?: number;
  revision: number;
  is_final: boolean;
  input_offset: number;
  partition: number;
  settled: boolean;
}

export interface WindowDefinition {
  window: string;
  kind: string;
  size_ms?: number;
}

export interface Status {
  now: number;
  state: { state: string; reason?: string };
  topics: { input: string; averages: string; journal: string };
  partitions: { partition: number; watermark: number | null }[];
  lag: number | null;
  totals: Record<string, number>;
  freshness: { last_commit_time: number | null };
  group: { id: string; state: string | null };
  replicas: { instance: string | null; partitions: number[] }[];
}

export type Connection = 'idle' | 'connecting' | 'open' | 'reconnecting';

/** The rows of one window definition, by window_end. */
export interface Series {
  window: string;
  kind: string;
  rows: Row[];
}
