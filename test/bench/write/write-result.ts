import type { Aggregate } from '@meanwhile/records';
import type { LoopCost } from '../loop-cost.ts';

export interface WriteArgs {
  aggregates: Aggregate[];
  operations: number;
}

export interface WriteCost extends LoopCost {
  /** Of all results once, sha256: both sides are to write the same bytes. */
  digest: string;
}
