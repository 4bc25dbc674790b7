import type { LoopCost } from '../loop-cost.ts';
import type { Layouts } from './scan-records.ts';

export interface ScanArgs {
  layouts: Layouts;
  operations: number;
}

export interface ScanResult extends LoopCost {
  /** Of values and times of all records once: both sides are to read the same. */
  sum: number;
}
