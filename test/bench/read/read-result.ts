export interface ReadArgs {
  brokers: string;
  topic: string;
  /** As many are in the topic. */
  records: number;
}

export interface ReadResult {
  /** From the first request for records to the last record. */
  cpuSeconds: number;
  /** Only ours looks into the records. */
  sumOfCents?: number;
}
