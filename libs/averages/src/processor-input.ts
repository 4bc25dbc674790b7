/** The partition that a processor reads, and who wants to know what it notices. */
export interface ProcessorInput {
  topic: string;
  partition: number;
  /** A record was appended before the time up to which silence had been taken for granted. */
  onSilenceContradicted: () => void;
  /** The first record without an append time: silence cannot be told in this topic. */
  onNoAppendTime: () => void;
}
