import type { DeadLetterReason } from '@meanwhile/records';

/** A record that was refused, and where it is; the key's bytes are the batch's own, to be read at once. */
export interface RefusedRecord {
  partition: number;
  offset: number;
  reason: DeadLetterReason;
  /** null: it has none. */
  key: Uint8Array | null;
}

/** The partition that a processor reads, and who wants to know what it notices. */
export interface ProcessorInput {
  topic: string;
  partition: number;
  /** A record was appended before the time up to which silence had been taken for granted. */
  onSilenceContradicted: () => void;
  /** The first record without an append time: silence cannot be told in this topic. */
  onNoAppendTime: () => void;
  /** A record became a dead letter, here and now: not in a replay. */
  onDeadLetter?: (refused: RefusedRecord) => void;
}
