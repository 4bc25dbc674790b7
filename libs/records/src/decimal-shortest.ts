/**
 * The shortest decimal that stands for a double: what Number::toString writes, as digits and without text.
 *
 * A double stands for all numbers that are nearest to it: half a unit of its last place to both sides. These
 * are scaled by a power of ten to where they are an interval of 1.1 to 22.2, so that of the integers of 17
 * digits the nearest is always among them, and of the multiples of a hundred at most one. The shortest decimal
 * is the first that is among them of: the nearest hundred, the nearest ten, the nearest integer.
 *
 *     101.23 × 10^14     10123000000000000.4 ± 0.7     → 10123000000000000, the nearest hundred
 *     100 / 3 × 10^15    33333333333333335.7 ± 3.6     → 33333333333333336, the nearest integer
 *
 * The scaled number is computed exactly, as a sum of two doubles (Dekker, "A floating-point technique for
 * extending the available precision", 1971); what is made of them is off by less than 1e-6. Where that could
 * change the answer none is given, nor outside of [1e-6, 2^53), nor for powers of two, whose interval is
 * lopsided. The plain version is String(x).
 */
export class ShortestDecimal {
  /** The number; as an array, since a double that is handed to a function is an object of its own. */
  readonly value = new Float64Array(1);
  /** The first 8 and the last 9 of 17 digits, which end in zeros where fewer do. */
  high = 0;
  low = 0;
  /** Where the point stands: after so many digits; up to 5 zeros before them if it is negative. */
  point = 0;

  readonly #words = new Int32Array(this.value.buffer);

  /**
   * Of the magnitude of `value`, which is no integer.
   * @returns true: the fields are set; false: nothing is said
   */
  find(): boolean {
    const value = Math.abs(this.value[0]!);
    if (!(value >= 1e-6 && value < 2 ** 53)) return false;
    const top = this.#words[TOP_WORD]!;
    if ((top & 0xfffff) === 0 && this.#words[1 - TOP_WORD] === 0) return false;
    const exponent = ((top >> 20) & 0x7ff) - 1023 - EXPONENT_MIN;
    let point = POINTS[exponent]!;
    if (value >= POWERS_OF_TEN[point - POWER_MIN]!) point++;
    const scale = 17 - point;

    // value × 10^scale = product + error.
    const power = POWERS_OF_TEN[scale - POWER_MIN]!;
    const powerHigh = POWERS_HIGH[scale]!;
    const powerLow = power - powerHigh;
    const spread = value * SPLITTER;
    const valueHigh = spread - (spread - value);
    const valueLow = value - valueHigh;
    const product = value * power;
    const error =
      valueHigh * powerHigh - product + valueHigh * powerLow + valueLow * powerHigh + valueLow * powerLow;

    // One off when the product of the reciprocal is rounded up: `rest` is negative then.
    let high = Math.floor(product * 1e-9);
    const rest = product - high * 1e9 + error;
    const half = HALF_UNITS[exponent]! * power;
    let low = Math.floor(rest * 0.01 + 0.5) * 100;
    let distance = Math.abs(rest - low);
    if (distance > half - MARGIN) {
      if (distance < half + MARGIN) return false;
      low = Math.floor(rest * 0.1 + 0.5) * 10;
      distance = Math.abs(rest - low);
      if (distance > half - MARGIN) {
        if (distance < half + MARGIN) return false;
        low = Math.floor(rest + 0.5);
        if (Math.abs(rest - low) > 0.5 - MARGIN) return false;
      } else if (distance > 5 - MARGIN) return false;
    }
    if (low < 0) {
      high--;
      low += 1e9;
    } else if (low >= 1e9) {
      high++;
      low -= 1e9;
    }
    // No power of ten is reached from below: it stands for itself, or another double is nearer to it.
    this.high = high;
    this.low = low;
    this.point = point;
    return true;
  }
}

const MARGIN = 1e-6;
/** 2^27 + 1: splits a double into two of 26 bits, whose products are exact. */
const SPLITTER = 134_217_729;
/** Of the two words of a double, the one with sign and exponent: of 1 the other is zero. */
const TOP_WORD = new Int32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;

/** Binary exponents of the numbers in [1e-6, 2^53). */
const EXPONENT_MIN = -20;
const EXPONENTS = Array.from({ length: 53 - EXPONENT_MIN }, (_, index) => index + EXPONENT_MIN);
const HALF_UNITS = Float64Array.from(EXPONENTS, (exponent) => 2 ** (exponent - 53));
/** How many digits 2^exponent has before its point. */
const POINTS = Int32Array.from(EXPONENTS, (exponent) => Math.floor(exponent * Math.log10(2)) + 1);

const POWER_MIN = -6;
const POWERS_OF_TEN = Float64Array.from({ length: 29 }, (_, index) => Number(`1e${index + POWER_MIN}`));
/** The upper 26 bits of 10^index. */
const POWERS_HIGH = Float64Array.from({ length: 23 }, (_, index) => {
  const power = 10 ** index;
  const spread = power * SPLITTER;
  return spread - (spread - power);
});
