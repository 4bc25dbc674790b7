/** A price as our own producer writes it. `timestamp`: event time, ms since the epoch. */
export interface Price {
  symbol: string;
  price: number;
  timestamp: number;
}

/** One JSON price, fields in the contract's order. */
export function priceJson(price: Price): string {
  return JSON.stringify({ symbol: price.symbol, price: price.price, timestamp: price.timestamp });
}

/** Which fields of a record's value are read. */
export interface PriceFields {
  /** A top-level name, else a dotted path through objects. */
  valueField: string;
  /** As valueField, or `$record` for the Kafka record's own timestamp. */
  timeField: string;
  timeUnit: TimeUnit;
}

export type TimeUnit = 'ms' | 's' | 'us' | 'ns';

/** The time field's name that stands for the Kafka record's own timestamp. */
export const RECORD_TIME = '$record';

export const KEY_BYTES_MAX = 1_024;
export const VALUE_BYTES_MAX = 65_536;
/** Magnitude: sums, and squares of a hundred thousand of them, stay far from the largest double. */
export const VALUE_MAX = 1e100;
/** The largest time of ECMAScript's Date, ms since the epoch. */
export const TIME_MAX_MS = 8_640_000_000_000_000;
