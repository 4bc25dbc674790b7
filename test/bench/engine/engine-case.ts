import type { WindowDefinition } from '@meanwhile/windowing';

/** One stream of records through one definition. */
export interface EngineCase {
  what: string;
  definition: WindowDefinition;
  /** Records come from keys at random; one key: all from it. */
  keys: number;
  recordsPerMs: number;
  /** Every so many records, one changes places with that 256 later; 0: all in order. */
  swapEvery: number;
  /** What the figure counts: a late record sends many results. */
  counts: 'records' | 'results';
  /** Millions a CPU second. */
  wanted: number;
}

export interface EngineArgs {
  definition: WindowDefinition;
  keys: number;
  recordsPerMs: number;
  swapEvery: number;
  records: number;
}

export interface EngineResult {
  cpuSeconds: number;
  results: number;
  /** Of the JavaScript heap, allocated per record; a window's slab of typed arrays is not in it. */
  heapBytesPerRecord: number;
  /** Share of the time spent in garbage collection. */
  gcShare: number;
  /** So that no result is worked out for nobody. */
  checksum: number;
}

export const SWAP_DISTANCE = 256;
