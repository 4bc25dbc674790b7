/**
 * Reads a decimal number from bytes into `mantissa` × 10^`exponent`, without allocation. One object, used
 * again and again; the plain version is Number(text), and decimalFloor for times.
 */
export class DecimalReader {
  /** What the last conversion gave. A field, since a double that a function returns is an object of its own. */
  result = Number.NaN;
  #mantissa = 0.5;
  #exponent = 0;
  #isNegative = false;
  /** Whether the mantissa is exact. If not, only the grammar was checked and nothing can be converted. */
  #isExact = false;

  constructor() {
    // It began as a fraction, so that the engine keeps the field as a double from the start.
    this.#mantissa = 0;
  }

  /** Reads a JSON number (RFC 8259). Returns the index after it, -1 where the bytes are none. */
  readNumber(bytes: Uint8Array, start: number, end: number): number {
    let index = this.#begin(bytes, start, end);
    const first = index < end ? bytes[index]! : 0;
    const integerStart = index;
    index = this.#readDigits(bytes, index, end);
    if (index === integerStart || (first === 0x30 && index > integerStart + 1)) return -1;
    index = this.#readFraction(bytes, index, end);
    if (index < 0 || index >= end || (bytes[index]! | 0x20) !== 0x65) return index;
    return this.#readExponent(bytes, index + 1, end);
  }

  /** Reads plain decimal notation, `-?[0-9]+(\.[0-9]+)?`, otherwise like readNumber. */
  readPlain(bytes: Uint8Array, start: number, end: number): number {
    const integerStart = this.#begin(bytes, start, end);
    const index = this.#readDigits(bytes, integerStart, end);
    return index === integerStart ? -1 : this.#readFraction(bytes, index, end);
  }

  /**
   * `result` := the number as the nearest double; NaN if that takes more than one rounding. A mantissa up
   * to 2^53 and powers of ten up to 10^22 are doubles themselves, so one multiplication or division rounds
   * correctly (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
   */
  convertToDouble(): void {
    const exponent = this.#exponent;
    if (!this.#isExact || exponent > 22 || exponent < -22) {
      this.result = Number.NaN;
      return;
    }
    const magnitude =
      exponent < 0 ? this.#mantissa / POWERS_OF_TEN[-exponent]! : this.#mantissa * POWERS_OF_TEN[exponent]!;
    this.result = this.#isNegative ? -magnitude : magnitude;
  }

  /**
   * `result` := floor(number × 10^shift), exact where it is at most 2^53; NaN if the number is negative or
   * unusual.
   */
  convertToFloor(shift: number): void {
    const exponent = this.#exponent + shift;
    if (!this.#isExact || this.#isNegative || exponent > 22 || exponent < -22) {
      this.result = Number.NaN;
    } else if (exponent >= 0) {
      this.result = this.#mantissa * POWERS_OF_TEN[exponent]!;
    } else {
      // Never rounded up to a whole number: below one, mantissa / divisor stays away from it by at least
      // 1 / divisor, which is more than half a unit in the last place while the mantissa is below 2^53.
      this.result = Math.floor(this.#mantissa / POWERS_OF_TEN[-exponent]!);
    }
  }

  /** Resets and reads a sign; returns the index of the first digit. */
  #begin(bytes: Uint8Array, start: number, end: number): number {
    this.#mantissa = 0;
    this.#exponent = 0;
    this.#isExact = true;
    this.#isNegative = start < end && bytes[start] === 0x2d;
    return this.#isNegative ? start + 1 : start;
  }

  /** Appends digits to the mantissa; returns the index after the last, `start` if there is none. */
  #readDigits(bytes: Uint8Array, start: number, end: number): number {
    let mantissa = this.#mantissa;
    let index = start;
    for (; index < end; index++) {
      const digit = bytes[index]! - 0x30;
      if (digit < 0 || digit > 9) break;
      // Past this limit the next digit could take it over 2^53.
      if (mantissa > MANTISSA_LIMIT) this.#isExact = false;
      else mantissa = mantissa * 10 + digit;
    }
    this.#mantissa = mantissa;
    return index;
  }

  #readFraction(bytes: Uint8Array, index: number, end: number): number {
    if (index >= end || bytes[index] !== 0x2e) return index;
    const after = this.#readDigits(bytes, index + 1, end);
    if (after === index + 1) return -1;
    this.#exponent = index + 1 - after;
    return after;
  }

  #readExponent(bytes: Uint8Array, start: number, end: number): number {
    const sign = start < end ? bytes[start]! : 0;
    const digitsStart = sign === 0x2d || sign === 0x2b ? start + 1 : start;
    let exponent = 0;
    let index = digitsStart;
    for (; index < end; index++) {
      const digit = bytes[index]! - 0x30;
      if (digit < 0 || digit > 9) break;
      if (exponent > 1_000) this.#isExact = false;
      else exponent = exponent * 10 + digit;
    }
    this.#exponent += sign === 0x2d ? -exponent : exponent;
    return index === digitsStart ? -1 : index;
  }
}

const MANTISSA_LIMIT = Math.floor((2 ** 53 - 9) / 10) - 1;

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
