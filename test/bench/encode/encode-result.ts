export interface EncodeArgs {
  batches: number;
  recordsPerBatch: number;
}

export interface EncodeResult {
  cpuSeconds: number;
  /** The last batch: both sides are to give the same bytes. */
  batchHex: string;
}
