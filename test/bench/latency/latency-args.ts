export interface SendArgs {
  brokers: string;
  topic: string;
  /** One is due every millisecond. */
  records: number;
}

export interface ReceiveArgs extends SendArgs {
  /** What the topic holds. Of averages those of the sliding window are taken: each record has one, and it ends with the record. */
  holds: 'prices' | 'averages';
  /** Records that are not counted: connections, the engine's compilers. */
  warmUpRecords: number;
}

export interface ReceiveResult {
  /** From the time at which a record was due to be sent to the time at which its text was read. */
  latenciesMs: number[];
}
