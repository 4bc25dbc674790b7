import type { DeadLetterReason } from './dead-letter.ts';
import { DecimalReader } from './decimal-reader.ts';
import { skipLiteral, skipPlainString, skipString, skipWhitespace } from './json-bytes.ts';
import { KEY_BYTES_MAX, type PriceFields, RECORD_TIME, TIME_MAX_MS, VALUE_BYTES_MAX } from './price.ts';
import { readPriceText, UNIT_SHIFTS } from './read-price-text.ts';
import { isUtf8 } from './utf8.ts';

/**
 * Reads value and time of a price straight from a record's bytes, or says why it is a dead letter.
 *
 * The fast path takes flat objects with numbers that convert exactly, checks every byte of them, and
 * allocates nothing. It only ever answers "good": whatever is unusual or wrong goes to the plain version,
 * readPriceText, which alone decides. A test holds the two equal where both answer.
 */
export class PriceScanner {
  /** Set by a scan that returned true. `timeMs`: ms since the epoch, a whole number. */
  value = Number.NaN;
  timeMs = Number.NaN;
  /** Set by a scan that returned false. */
  reason: DeadLetterReason | null = null;
  detail = '';
  /** How many values were read on either path. */
  fastPath = 0;
  slowPath = 0;

  readonly #fields: PriceFields;
  readonly #maxAheadMs: number;
  readonly #valueName: Uint8Array;
  readonly #timeName: Uint8Array;
  readonly #timeShift: number;
  readonly #usesRecordTime: boolean;
  readonly #canScan: boolean;
  readonly #decimal = new DecimalReader();

  /** @param maxAheadMs how far a time may be past the record's Kafka timestamp; null: any distance */
  constructor(fields: PriceFields, maxAheadMs: number | null) {
    const encoder = new TextEncoder();
    this.#fields = fields;
    this.#maxAheadMs = maxAheadMs ?? Number.POSITIVE_INFINITY;
    this.#valueName = encoder.encode(fields.valueField);
    this.#timeName = encoder.encode(fields.timeField);
    this.#timeShift = UNIT_SHIFTS[fields.timeUnit];
    this.#usesRecordTime = fields.timeField === RECORD_TIME;
    // One field that is both is left to the plain version. So is a name that UTF-8 cannot carry: its
    // bytes would match a name with U+FFFD.
    this.#canScan =
      fields.valueField !== fields.timeField &&
      fields.valueField.isWellFormed() &&
      fields.timeField.isWellFormed();
  }

  /**
   * Checks key and value in the contract's order of reasons.
   * @param keyStart, valueStart -1 for null
   * @param recordTimestampMs the Kafka record's timestamp, -1 for none
   * @returns true: `value` and `timeMs` are set; false: `reason` and `detail` are set
   */
  scan(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    recordTimestampMs: number,
  ): boolean {
    this.reason = null;
    this.detail = '';
    if (!this.#checkFrame(bytes, keyStart, keyEnd, valueStart, valueEnd)) return false;
    if (this.#canScan && this.#scanFlat(bytes, valueStart, valueEnd)) {
      this.fastPath++;
    } else {
      this.slowPath++;
      const reading = readPriceText(bytes.subarray(valueStart, valueEnd), this.#fields);
      if (reading.reason !== null) return this.#reject(reading.reason, reading.detail);
      this.value = reading.value;
      this.timeMs = reading.timeMs;
    }
    return this.#checkTime(recordTimestampMs);
  }

  #checkFrame(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): boolean {
    if (keyStart < 0) return this.#reject('null_key', 'key: null, wanted the name of a series');
    const keyBytes = keyEnd - keyStart;
    if (keyBytes > KEY_BYTES_MAX) {
      return this.#reject('key_too_long', `key: ${keyBytes} bytes, wanted at most ${KEY_BYTES_MAX}`);
    }
    if (keyBytes === 0) return this.#reject('bad_key', 'key: empty, wanted the name of a series');
    if (!isUtf8(bytes, keyStart, keyEnd)) {
      return this.#reject('bad_key', 'key: not valid UTF-8, wanted the name of a series');
    }
    if (valueStart < 0) return this.#reject('null_value', 'value: null, wanted a JSON object');
    const valueBytes = valueEnd - valueStart;
    if (valueBytes > VALUE_BYTES_MAX) {
      return this.#reject('too_large', `value: ${valueBytes} bytes, wanted at most ${VALUE_BYTES_MAX}`);
    }
    return true;
  }

  #checkTime(recordTimestampMs: number): boolean {
    if (this.#usesRecordTime) {
      if (recordTimestampMs < 0) {
        return this.#reject('no_timestamp', 'record timestamp: none, wanted one in ms since 1970');
      }
      if (recordTimestampMs > TIME_MAX_MS) {
        const detail = `record timestamp: ${recordTimestampMs}, wanted at most ${TIME_MAX_MS} ms`;
        return this.#reject('bad_timestamp', detail);
      }
      this.timeMs = recordTimestampMs;
      return true;
    }
    if (recordTimestampMs >= 0 && this.timeMs > recordTimestampMs + this.#maxAheadMs) {
      const aheadMs = this.timeMs - recordTimestampMs;
      const detail = `${this.#fields.timeField}: ${this.timeMs} ms, ${aheadMs} ms past the record timestamp ${recordTimestampMs}, wanted at most ${this.#maxAheadMs} ms`;
      return this.#reject('timestamp_ahead', detail);
    }
    return true;
  }

  #reject(reason: DeadLetterReason, detail: string): false {
    this.reason = reason;
    this.detail = detail;
    return false;
  }

  /** The fast path. false: nothing is said about the value, the plain version has to look. */
  #scanFlat(bytes: Uint8Array, start: number, end: number): boolean {
    this.value = Number.NaN;
    this.timeMs = this.#usesRecordTime ? 0 : Number.NaN;
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
    // NaN stands for a field that was not there, or was unusual the last time it was.
    return !Number.isNaN(this.value) && this.timeMs >= 0 && this.timeMs <= TIME_MAX_MS;
  }

  /** Reads or skips the value at `index`; returns the index after it, -1 if it is wrong or nested. */
  #scanMember(bytes: Uint8Array, nameStart: number, nameEnd: number, index: number, end: number): number {
    if (equals(this.#valueName, bytes, nameStart, nameEnd)) {
      const after = this.#scanDecimal(bytes, index, end);
      this.#decimal.convertToDouble();
      this.value = this.#decimal.result;
      return after;
    }
    if (equals(this.#timeName, bytes, nameStart, nameEnd) && !this.#usesRecordTime) {
      const after = this.#scanDecimal(bytes, index, end);
      this.#decimal.convertToFloor(this.#timeShift);
      this.timeMs = this.#decimal.result;
      return after;
    }
    const first = bytes[index]!;
    if (first === 0x22) return skipString(bytes, index + 1, end);
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
      return this.#decimal.readNumber(bytes, index, end);
    }
    return skipLiteral(bytes, index, end);
  }

  /** Reads a number, or a string in plain decimal notation. */
  #scanDecimal(bytes: Uint8Array, index: number, end: number): number {
    if (bytes[index] !== 0x22) return this.#decimal.readNumber(bytes, index, end);
    const after = this.#decimal.readPlain(bytes, index + 1, end);
    return after >= 0 && after < end && bytes[after] === 0x22 ? after + 1 : -1;
  }
}

function equals(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false;
  return true;
}
