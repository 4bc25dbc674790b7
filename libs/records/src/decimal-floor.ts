/**
 * floor(number × 10^shift) of a number in decimal text (JSON's notation, or plain decimal notation), cut
 * toward minus infinity. Exact up to 2^53, however the text is written; infinite above 10^16, so that an
 * exponent of any size costs nothing.
 * @throws Error if the text is no such number.
 */
export function decimalFloor(text: string, shift: number): number {
  const parts = DECIMAL.exec(text);
  if (parts === null) throw new Error(`number: ${text.slice(0, 100)}, wanted decimal digits`);
  const [, sign, integer = '', fraction = '', exponent = '0'] = parts;
  const digits = integer + fraction;
  const leadingZeros = digits.search(/[1-9]/);
  if (leadingZeros < 0) return 0;
  // The digits without leading zeros, and how many of them stand before the decimal point.
  const significant = digits.slice(leadingZeros);
  const wholeDigits = integer.length + Number(exponent) + shift - leadingZeros;
  const isNegative = sign === '-';
  if (wholeDigits > 16) return isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (wholeDigits <= 0) return isNegative ? -1 : 0;
  const whole = Number(significant.slice(0, wholeDigits).padEnd(wholeDigits, '0'));
  if (!isNegative) return whole;
  return /[1-9]/.test(significant.slice(wholeDigits)) ? -whole - 1 : -whole;
}

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
