import { exactDouble, scaledToNumber, squareRootToNumber } from './window-oracle-exact.ts';

/** One record that entered at least one window. `scaled` is its value in units of 2 ** (its series' exponent). */
export interface SeriesRecord {
  timeMs: number;
  offset: number;
  value: number;
  scaled: bigint;
  square: bigint;
}

/** What the contract's fields say of a set of records. */
export interface Statistics {
  count: number;
  total: number;
  average: number;
  minimum: number;
  maximum: number;
  earliest: number;
  latest: number;
  stddev: number;
  magnitude: number;
  inputOffset: number;
}

/** All records of one key, sorted by (event time, offset). Nothing is ever thrown away. */
export class Series {
  readonly records: SeriesRecord[] = [];
  #exponent: number | null = null;

  add(timeMs: number, offset: number, value: number): SeriesRecord {
    const exact = exactDouble(value);
    if (this.#exponent === null) this.#exponent = exact.exponent;
    if (exact.exponent < this.#exponent) this.#refine(exact.exponent);
    const scaled = exact.mantissa << BigInt(exact.exponent - this.#exponent);
    const record = { timeMs, offset, value, scaled, square: scaled * scaled };
    this.records.splice(this.#firstAfter(timeMs), 0, record);
    return record;
  }

  /** The records with fromMs <= event time <= toMs that came at or after an offset. */
  between(fromMs: number, toMs: number, sinceOffset: number): SeriesRecord[] {
    const slice = this.records.slice(this.#firstAfter(fromMs - 1), this.#firstAfter(toMs));
    return slice.every((record) => record.offset >= sinceOffset)
      ? slice
      : slice.filter((record) => record.offset >= sinceOffset);
  }

  /** @param records of this series, sorted by (event time, offset), at least one */
  statistics(records: SeriesRecord[]): Statistics {
    const exponent = this.#exponent!;
    const count = records.length;
    const first = records[0]!;
    let sum = 0n;
    let squares = 0n;
    let magnitude = 0;
    let minimum = first.value;
    let maximum = first.value;
    let inputOffset = first.offset;
    for (const record of records) {
      sum += record.scaled;
      squares += record.square;
      magnitude += Math.abs(record.value);
      if (record.value < minimum) minimum = record.value;
      if (record.value > maximum) maximum = record.value;
      if (record.offset > inputOffset) inputOffset = record.offset;
    }
    const total = scaledToNumber(sum, exponent);
    // count * Σv² - (Σv)² = count² * variance, without any rounding.
    const spread = BigInt(count) * squares - sum * sum;
    return {
      count,
      total,
      average: Math.min(Math.max(total / count, minimum), maximum),
      minimum,
      maximum,
      earliest: first.value,
      latest: records[count - 1]!.value,
      stddev: squareRootToNumber(spread, exponent) / count,
      magnitude,
      inputOffset,
    };
  }

  /** Index of the first record later than a time: where one of that time goes, behind its equals. */
  #firstAfter(timeMs: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.records[middle]!.timeMs > timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #refine(exponent: number): void {
    const shift = BigInt(this.#exponent! - exponent);
    for (const record of this.records) {
      record.scaled <<= shift;
      record.square = record.scaled * record.scaled;
    }
    this.#exponent = exponent;
  }
}
