export interface TransactionArgs {
  brokers: string;
  topics: { input: string; output: string; journal: string };
  /** Writer w writes partition w of each topic. */
  writers: number;
  /** Each writer begins one every so often, or when its last one has ended. */
  everyMs: number;
  /** Of each writer; the first fifth is warm-up. */
  transactions: number;
  /** Of an earlier run nobody is fenced. */
  idPrefix: string;
}

export interface TransactionResult {
  durationsMs: number[];
  /** Of this process, per transaction after the warm-up. */
  cpuMs: number;
}

/** A transaction: results of a stretch, its journal entry, the input's offset. */
export const OUTPUT_RECORDS = 50;
export const JOURNAL_BYTES = 1_024;
