export interface RestoreArgs {
  brokers: string;
  /** Of one partition each, as the product makes them. */
  inputTopic: string;
  outputTopic: string;
  /** As the setting WINDOWS. */
  windows: string;
}

export interface PrepareArgs extends RestoreArgs {
  /** How many of the input's records the journal covers. */
  records: number;
  recordsPerEntry: number;
}

export interface RestoreResult {
  /** From the processor's making to the partition running: what replay costs. */
  replayCpuSeconds: number;
  /** From the assignment to the partition running: fencing, the journal, the snapshot, the replay. */
  openMs: number;
  /** From the start of the process. */
  totalMs: number;
  keys: number;
}
