import type { Average } from '@meanwhile/records';

/** The newest revision of one result as the sink keeps it: the wire's fields and where and when it came. */
export interface StoredAverage extends Average {
  /** Partition of the averages topic, and of the input. */
  partition: number;
  /** Grows by every stored row and newer revision; unique within a database id. */
  sequence: number;
}
