export interface BytesArgs {
  /** As the settings WINDOWS, AGGREGATES and EMIT. */
  windows: string;
  aggregates: string;
  emit: string;
  keys: number;
  records: number;
}

export interface BytesResult {
  cpuSeconds: number;
  results: number;
}
