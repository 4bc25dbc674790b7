export interface BytesArgs {
  /** As the settings WINDOWS and AGGREGATES. */
  windows: string;
  aggregates: string;
  keys: number;
  records: number;
}

export interface BytesResult {
  cpuSeconds: number;
  results: number;
}
