/**
 * Text as bytes, appended to a buffer that is used again and grows as needed.
 * Written for the hot path: nothing is allocated but the text of a fractional number. The plain version
 * is string concatenation and a TextEncoder.
 */
export class ByteWriter {
  /** The first `length` bytes are written. Replaced when it grows: do not keep it across appends. */
  bytes: Uint8Array;
  length = 0;

  constructor(initialBytes = 1024) {
    this.bytes = new Uint8Array(initialBytes);
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
    if (Number.isSafeInteger(value)) this.#integer(value);
    else if (value - value === 0) this.ascii(String(value));
    else throw new RangeError(`number to write: ${value}, wanted a finite one`);
  }

  /** A copy of what is written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  #integer(value: number): void {
    // 17 bytes hold a sign and the 16 digits of the largest safe integer.
    this.#reserve(17);
    let rest = value;
    if (rest < 0) {
      this.bytes[this.length++] = 0x2d;
      rest = -rest;
    }
    if (rest < 1e9) {
      this.#digits(rest, digitCount(rest));
      return;
    }
    // Two halves that fit 32-bit arithmetic. rest < 2^53, so `high` < 2^24 and both steps are exact.
    const high = Math.floor(rest / 1e9);
    this.#digits(high, digitCount(high));
    this.#digits(rest - high * 1e9, 9);
  }

  #digits(value: number, count: number): void {
    const target = this.bytes;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const next = (rest / 10) | 0;
      target[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.length += count;
  }

  #reserve(count: number): void {
    const wanted = this.length + count;
    if (wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

const encoder = new TextEncoder();

function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}
