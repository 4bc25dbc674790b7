/** Sizes and times that bound a task; the simulation makes them small, so that a short log reaches all of them. */
export interface StreamLimits {
  /** Of one record batch: below the brokers' `max.message.bytes` of 1 MiB. */
  batchBytesMax: number;
  /** Of one outbox. Two per task bound what is processed but not yet committed. */
  outboxBytesMax: number;
  /** Records between two looks at the outbox, the deadline and the event loop: a few ms of work. */
  sliceRecords: number;
  /** A transaction's time between its first record and its end; a dead owner blocks readers no longer. */
  transactionTimeoutMs: number;
  /** Of a snapshot's chunk, without its header: leaves room for that below the batch's limit. */
  chunkBytesMax: number;
  /** Snapshot chunks that ride in one transaction: 3.5 MB, so that results are not held up. */
  chunksPerCommit: number;
  /** Input read since the last snapshot that makes the next one due, if it is a few times the state's size. */
  snapshotInputBytesMin: number;
  /** A snapshot at the latest, with new input: well within any retention of the input. */
  snapshotIntervalMs: number;
  /** `explain` and `verify` look back this far into the journal. */
  journalKeepMs: number;
}

export const streamLimits: StreamLimits = {
  batchBytesMax: 900_000,
  outboxBytesMax: 8 * 1024 * 1024,
  sliceRecords: 1_000,
  transactionTimeoutMs: 45_000,
  chunkBytesMax: 880_000,
  chunksPerCommit: 4,
  snapshotInputBytesMin: 16 * 1024 * 1024,
  snapshotIntervalMs: 10 * 60_000,
  journalKeepMs: 60 * 60_000,
};
