/** A price on its way to the topic. */
export interface Price {
  symbol: string;
  /** JSON number text: what a file says is passed on digit by digit. */
  price: string;
  /** Event time, ms since the epoch. */
  timeMs: number;
  /** When it is to be sent, wall clock ms; 0: at once. */
  dueMs: number;
}

/** Batches of prices in the order in which they are to be sent. */
export type Prices = AsyncIterable<Price[]> | Iterable<Price[]>;
