export const SYMBOL = 'BENCH';
export const WINDOW = 'sliding-10s';
/** As wide as a picture on a usual screen. */
export const POINTS = 1_000;

export interface FillArgs {
  database: string;
  rows: number;
  /** Of the last row; they are `stepMs` apart. */
  endMs: number;
  stepMs: number;
}

export interface FillResult {
  cpuSeconds: number;
  /** By how much the file grew. */
  bytes: number;
}

export interface AskArgs {
  port: number;
  database: string;
  queries: number;
  fromMs: number;
  toMs: number;
}

export interface AskResult {
  /** From sending a query to having read its answer. */
  durationsMs: number[];
  /** The same of the range that is all there is. */
  wholeMs: number[];
  /** A scan with GROUP BY for the same columns, in a process that does nothing else. */
  plainMs: number[];
  /** Longest hold of the sink's event loop while it was asked, and while it only served the stream. */
  heldMs: number;
  heldQuietMs: number;
  /** Frames that a listener got meanwhile. */
  frames: number;
}
