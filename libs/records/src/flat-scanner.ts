import { DecimalReader } from './decimal-reader.ts';
import { skipPlainString, skipScalar, skipWhitespace } from './json-bytes.ts';
import { type PriceFields, RECORD_TIME, TIME_MAX_MS } from './price.ts';
import type { PriceNames } from './price-names.ts';
import { UNIT_SHIFTS } from './read-price-text.ts';

/**
 * Reads a price from any flat object with numbers that convert exactly: checks every byte, allocates
 * nothing. It only ever answers "good"; false says nothing about the value, readPriceText has to look.
 */
export class FlatScanner {
  /** Set by a scan that returned true. `timeMs` is 0 where the time is the record's own. */
  value = Number.NaN;
  timeMs = Number.NaN;

  readonly #names: PriceNames;
  readonly #timeShift: number;
  readonly #timeAtFirst: number;
  readonly #decimal = new DecimalReader();

  constructor(fields: PriceFields, names: PriceNames) {
    this.#names = names;
    this.#timeShift = UNIT_SHIFTS[fields.timeUnit];
    this.#timeAtFirst = fields.timeField === RECORD_TIME ? 0 : Number.NaN;
  }

  scan(bytes: Uint8Array, start: number, end: number): boolean {
    // NaN stands for a field that was not there, or was unusual the last time it was.
    this.value = Number.NaN;
    this.timeMs = this.#timeAtFirst;
    let index = skipWhitespace(bytes, start, end);
    if (index >= end || bytes[index] !== 0x7b) return false;
    do {
      index = skipWhitespace(bytes, index + 1, end);
      if (index >= end || bytes[index] !== 0x22) return false;
      const nameStart = index + 1;
      index = skipPlainString(bytes, nameStart, end);
      if (index < 0) return false;
      const nameEnd = index - 1;
      index = skipWhitespace(bytes, index, end);
      if (index >= end || bytes[index] !== 0x3a) return false;
      index = skipWhitespace(bytes, index + 1, end);
      if (index >= end) return false;
      index = this.#scanMember(bytes, nameStart, nameEnd, index, end);
      if (index < 0) return false;
      index = skipWhitespace(bytes, index, end);
    } while (index < end && bytes[index] === 0x2c);
    if (index >= end || bytes[index] !== 0x7d) return false;
    if (skipWhitespace(bytes, index + 1, end) !== end) return false;
    return !Number.isNaN(this.value) && this.timeMs >= 0 && this.timeMs <= TIME_MAX_MS;
  }

  /** Reads or skips the value at `index`; returns the index after it, -1 if it is wrong or nested. */
  #scanMember(bytes: Uint8Array, nameStart: number, nameEnd: number, index: number, end: number): number {
    const role = this.#names.roleOf(bytes, nameStart, nameEnd);
    if (role === 'other') return skipScalar(bytes, index, end);
    const after = this.#scanDecimal(bytes, index, end);
    if (role === 'value') {
      this.#decimal.convertToDouble();
      this.value = this.#decimal.result;
    } else {
      this.#decimal.convertToFloor(this.#timeShift);
      this.timeMs = this.#decimal.result;
    }
    return after;
  }

  /** Reads a number, or a string in plain decimal notation. */
  #scanDecimal(bytes: Uint8Array, index: number, end: number): number {
    if (bytes[index] !== 0x22) return this.#decimal.readNumber(bytes, index, end);
    const after = this.#decimal.readPlain(bytes, index + 1, end);
    return after >= 0 && after < end && bytes[after] === 0x22 ? after + 1 : -1;
  }
}
