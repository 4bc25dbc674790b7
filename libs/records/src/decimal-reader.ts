/**
 * Reads a decimal number from bytes, without allocation, into
 *
 *     (mantissa × 10^tailDigits + tail) × 10^exponent
 *
 * The tail takes what does not fit 2^53: doubles have up to 17 digits, nanoseconds since 1970 have 19.
 * One object, used again and again; the plain version is Number(text), and decimalFloor for times.
 */
export class DecimalReader {
  /** What the last conversion gave. A field, since a double that a function returns is an object of its own. */
  result = Number.NaN;
  #mantissa = 0.5;
  #tail = 0;
  #tailDigits = 0;
  #exponent = 0;
  #isNegative = false;
  /** Whether mantissa and tail hold all digits. If not, only the grammar was checked and nothing can be converted. */
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
   * `result` := the number as the nearest double; NaN if that takes more than is done here. A mantissa up
   * to 2^53 and powers of ten up to 10^22 are doubles themselves, so one multiplication or division rounds
   * correctly (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
   */
  convertToDouble(): void {
    const exponent = this.#exponent;
    if (!this.#isExact || exponent > 22 || exponent < -22 || (this.#tailDigits > 0 && exponent > 0)) {
      this.result = Number.NaN;
      return;
    }
    if (this.#tailDigits > 0) this.#divideWithTail();
    else if (exponent < 0) this.result = this.#mantissa / POWERS_OF_TEN[-exponent]!;
    else this.result = this.#mantissa * POWERS_OF_TEN[exponent]!;
    if (this.#isNegative) this.result = -this.result;
  }

  /**
   * `result` := the magnitude as the nearest double, or NaN where it is too close to call. The exponent is at
   * most 0. Division with remainder in pairs of doubles: the products are exact (Dekker, "A floating-point
   * technique for extending the available precision", 1971), what is rounded is far smaller than the margin.
   */
  #divideWithTail(): void {
    const mantissa = this.#mantissa;
    const factor = POWERS_OF_TEN[this.#tailDigits]!;
    const tail = this.#tail;
    // sum + rest: the digits as one integer. rest is an integer too, and below 2^15.
    const product = mantissa * factor;
    const sum = product + tail;
    let spread = mantissa * SPLITTER;
    const mantissaHigh = spread - (spread - mantissa);
    const productRest = mantissaHigh * factor - product + (mantissa - mantissaHigh) * factor;
    const rest = tail - (sum - product) + productRest;

    // back + backRest: what the quotient stands for.
    const power = POWERS_OF_TEN[-this.#exponent]!;
    const quotient = sum / power;
    const back = quotient * power;
    spread = quotient * SPLITTER;
    const quotientHigh = spread - (spread - quotient);
    const quotientLow = quotient - quotientHigh;
    spread = power * SPLITTER;
    const powerHigh = spread - (spread - power);
    const powerLow = power - powerHigh;
    const backRest =
      quotientHigh * powerHigh -
      back +
      quotientHigh * powerLow +
      quotientLow * powerHigh +
      quotientLow * powerLow;

    // Rounded alike with more and with less than the correction: the double nearest to the exact quotient.
    const correction = (sum - back - backRest + rest) / power;
    const margin = quotient * 2 ** -80;
    const least = quotient + (correction - margin);
    this.result = least === quotient + (correction + margin) ? least : Number.NaN;
  }

  /**
   * `result` := floor(number × 10^shift), exact where it is at most 2^53; NaN if the number is negative or
   * unusual.
   */
  convertToFloor(shift: number): void {
    // Where the tail is cut off with the digits that are, the floor is that of the mantissa alone.
    const exponent = this.#exponent + shift + this.#tailDigits;
    const isUnusual = exponent > 22 || exponent < -22 || (this.#tailDigits > 0 && exponent > 0);
    if (!this.#isExact || this.#isNegative || isUnusual) {
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
    this.#tail = 0;
    this.#tailDigits = 0;
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
      if (mantissa > MANTISSA_LIMIT) this.#appendToTail(digit);
      else mantissa = mantissa * 10 + digit;
    }
    this.#mantissa = mantissa;
    return index;
  }

  #appendToTail(digit: number): void {
    if (this.#tailDigits === TAIL_DIGITS_MAX) {
      this.#isExact = false;
      return;
    }
    this.#tail = this.#tail * 10 + digit;
    this.#tailDigits++;
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

/** 2^27 + 1: splits a double into two of 26 bits, whose products are exact. */
const SPLITTER = 134_217_729;

/** With the 15 or 16 digits of the mantissa at least 19. */
const TAIL_DIGITS_MAX = 4;

const MANTISSA_LIMIT = Math.floor((2 ** 53 - 9) / 10) - 1;

const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
