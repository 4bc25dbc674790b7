import { writeInteger, writeNineDigits, writeShortest } from './decimal-digits.ts';
import { ShortestDecimal } from './decimal-shortest.ts';
import type { FixedText } from './fixed-text.ts';

/**
 * Text as bytes, appended to a buffer that is used again and grows as needed.
 * Written for the hot path: nothing is allocated but the text of the few numbers that are left to
 * String(x). The plain version is string concatenation and a TextEncoder.
 */
export class ByteWriter {
  /** The first `length` bytes are written. Replaced when it grows: do not keep it across appends. */
  bytes: Uint8Array;
  length = 0;
  /** Of `bytes`. */
  #view: DataView;
  readonly #decimal = new ShortestDecimal();

  constructor(initialBytes = 1024) {
    this.bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  clear(): void {
    this.length = 0;
  }

  /** Appends `bytes[start, end)` as they are. */
  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    this.#reserve(length);
    const target = this.bytes;
    const at = this.length;
    // Pieces are a few dozen bytes: a loop is faster than the call behind Uint8Array.set.
    if (length <= 64) for (let index = 0; index < length; index++) target[at + index] = bytes[start + index]!;
    else target.set(bytes.subarray(start, end), at);
    this.length = at + length;
  }

  /** Appends text that was prepared for it. */
  fixed(text: FixedText): void {
    const words = text.words;
    // The spaces behind the text are written too; what comes next takes their place.
    this.#reserve(words.length * 8);
    const view = this.#view;
    const at = this.length;
    for (let word = 0; word < words.length; word++) view.setFloat64(at + word * 8, words[word]!, true);
    this.length = at + text.length;
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends text that is known to be ASCII; anything else would be written wrongly (see `text`). */
  ascii(text: string): void {
    const length = text.length;
    this.#reserve(length);
    const target = this.bytes;
    const at = this.length;
    for (let index = 0; index < length; index++) target[at + index] = text.charCodeAt(index);
    this.length = at + length;
  }

  /** Appends any text as UTF-8; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(text.length * 3);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /**
   * Appends a number as ECMAScript's Number::toString writes it, -0 as 0.
   * @throws RangeError for NaN and infinities: JSON has no such numbers, so one here is a fault of ours.
   */
  number(value: number): void {
    this.#decimal.value[0] = value;
    this.#number();
  }

  /** Appends `values[index]` as `number` does, without an object for a double that is handed over. */
  numberAt(values: Float64Array, index: number): void {
    this.#decimal.value[0] = values[index]!;
    this.#number();
  }

  /** A copy of what is written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Appends what is in `#decimal.value`. */
  #number(): void {
    // A sign, 17 digits, a point and 6 zeros.
    this.#reserve(25);
    const decimal = this.#decimal;
    const value = decimal.value[0]!;
    const isInteger = Number.isSafeInteger(value);
    if (!isInteger && !decimal.find()) {
      this.#text(value);
      return;
    }
    const target = this.#view;
    let at = this.length;
    if (value < 0) target.setUint8(at++, 0x2d);
    if (!isInteger) {
      this.length = writeShortest(target, at, decimal);
      return;
    }
    let rest = Math.abs(value);
    if (rest < 1e9) {
      this.length = writeInteger(target, at, rest | 0);
      return;
    }
    // Two parts that fit 32-bit arithmetic. Below 2^53 both steps are exact, and `high` is below 2^24.
    const high = Math.floor(rest / 1e9);
    rest -= high * 1e9;
    at = writeInteger(target, at, high | 0);
    this.length = writeNineDigits(target, at, rest | 0);
  }

  #text(value: number): void {
    if (value - value !== 0) throw new RangeError(`number to write: ${value}, wanted a finite one`);
    this.ascii(String(value));
  }

  #reserve(count: number): void {
    const wanted = this.length + count;
    if (wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

const encoder = new TextEncoder();
