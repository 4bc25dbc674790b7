import type { DeadLetterReason } from './dead-letter.ts';
import { FlatScanner } from './flat-scanner.ts';
import { LayoutScanner } from './layout-scanner.ts';
import { KEY_BYTES_MAX, type PriceFields, RECORD_TIME, TIME_MAX_MS, VALUE_BYTES_MAX } from './price.ts';
import { PriceNames } from './price-names.ts';
import { readPriceText } from './read-price-text.ts';
import { isUtf8 } from './utf8.ts';

/**
 * Reads value and time of a price straight from a record's bytes, or says why it is a dead letter.
 *
 * Three ways, each the meaning of the one before: LayoutScanner compares with objects met before,
 * FlatScanner takes any flat object apart; these two check every byte, allocate nothing, and only ever answer
 * "good". Whatever is unusual or wrong goes to the plain version, readPriceText, which alone decides. Tests
 * hold them equal where they answer.
 */
export class PriceScanner {
  /** Set by a scan that returned true. `timeMs`: ms since the epoch, a whole number. */
  value = Number.NaN;
  timeMs = Number.NaN;
  /** Set by a scan that returned false. */
  reason: DeadLetterReason | null = null;
  detail = '';
  /** How many values were read without text and objects, and how many were not. */
  fastPath = 0;
  slowPath = 0;

  readonly #fields: PriceFields;
  readonly #maxAheadMs: number;
  readonly #usesRecordTime: boolean;
  readonly #canScan: boolean;
  readonly #layouts: LayoutScanner;
  readonly #flat: FlatScanner;

  /** @param maxAheadMs how far a time may be past the record's Kafka timestamp; null: any distance */
  constructor(fields: PriceFields, maxAheadMs: number | null) {
    this.#fields = fields;
    this.#maxAheadMs = maxAheadMs ?? Number.POSITIVE_INFINITY;
    const names = new PriceNames(fields);
    this.#layouts = new LayoutScanner(fields, names);
    this.#flat = new FlatScanner(fields, names);
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
    if (this.#canScan && this.#scanFast(bytes, valueStart, valueEnd)) {
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

  /** false: nothing is said about the value, the plain version has to look. */
  #scanFast(bytes: Uint8Array, start: number, end: number): boolean {
    const layouts = this.#layouts;
    if (layouts.scan(bytes, start, end)) {
      this.value = layouts.value;
      this.timeMs = layouts.timeMs;
      return true;
    }
    const flat = this.#flat;
    if (!flat.scan(bytes, start, end)) return false;
    layouts.learn(bytes, start, end);
    this.value = flat.value;
    this.timeMs = flat.timeMs;
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
}
