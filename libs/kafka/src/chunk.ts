/** One partition's part of a fetch answer: whole record batches, the last of them possibly cut. */
export interface Chunk {
  topic: string;
  partition: number;
  bytes: Uint8Array;
  /** What was asked for; the first batch may begin below it. */
  fetchOffset: number;
  /** Transactions to be left out, in the broker's order, which is none; empty when uncommitted records are wanted. */
  aborted: { producerId: bigint; firstOffset: number }[];
  highWatermark: number;
  lastStableOffset: number;
  /** Local time at which the fetch was sent. */
  sentAtMs: number;
  /** Says that nobody will look at `bytes` again: they may be overwritten. Not told, they are collected in time. */
  release?: () => void;
}
