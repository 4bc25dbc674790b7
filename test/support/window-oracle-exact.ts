/** Exact sums of doubles: every finite double is an integer times a power of two. */

export interface ExactDouble {
  mantissa: bigint;
  exponent: number;
}

/** value = mantissa * 2 ** exponent, exactly. */
export function exactDouble(value: number): ExactDouble {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  // Subnormals have no hidden bit and the exponent of the smallest normal numbers.
  const magnitude = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  return { mantissa: bits >> 63n === 1n ? -magnitude : magnitude, exponent };
}

/** integer * 2 ** exponent as a double. */
export function scaledToNumber(integer: bigint, exponent: number): number {
  const shift = excessBits(integer);
  return timesPowerOfTwo(Number(integer >> BigInt(shift)), exponent + shift);
}

/** sqrt(integer) * 2 ** exponent as a double. */
export function squareRootToNumber(integer: bigint, exponent: number): number {
  const shift = excessBits(integer);
  return timesPowerOfTwo(Math.sqrt(Number(integer >> BigInt(shift))), exponent + shift / 2);
}

/** How far to shift so that the integer is a finite double with plenty of correct bits; even, for the square root. */
function excessBits(integer: bigint): number {
  if (Number.isFinite(Number(integer))) return 0;
  const bits = integer.toString(16).length * 4;
  return 2 * Math.ceil((bits - 800) / 2);
}

/** In two steps, because 2 ** exponent alone may be no double where the product is one. */
function timesPowerOfTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}
