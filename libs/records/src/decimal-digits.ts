import type { ShortestDecimal } from './decimal-shortest.ts';

// Digits into bytes, by a view of them since it takes two bytes at once. Each function returns the index after what it wrote; there must be room for it.

/** An integer from 0 to 999,999,999. */
export function writeInteger(target: DataView, at: number, value: number): number {
  const end = at + digitCount(value);
  writeDigits(target, end, value, at);
  return end;
}

/** The same, as nine digits. */
export function writeNineDigits(target: DataView, at: number, value: number): number {
  writeDigits(target, at + 9, value, at);
  return at + 9;
}

/** Its 2 to 17 digits, and up to 7 bytes for point and zeros before them. */
export function writeShortest(target: DataView, at: number, decimal: ShortestDecimal): number {
  const { high, low, point } = decimal;
  let digitsAt = at + 1;
  if (point <= 0) {
    // 0.00…digits
    target.setUint16(at, (ZERO << 8) | POINT);
    digitsAt = at + 2;
    for (let zeros = point; zeros < 0; zeros++) target.setUint8(digitsAt++, ZERO);
  }
  let end = digitsAt + 8;
  writeDigits(target, end, high, digitsAt);
  if (low > 0) {
    end += 9;
    writeDigits(target, end, low, digitsAt + 8);
  }
  while (target.getUint8(end - 1) === ZERO) end--;
  if (point > 0) {
    // The digits before the point were written one too far.
    for (let index = at; index < at + point; index++) target.setUint8(index, target.getUint8(index + 1));
    target.setUint8(at + point, POINT);
  }
  return end;
}

/** From the last digit, which is before `end`, to the one at `start`, zeros in front. */
function writeDigits(target: DataView, end: number, value: number, start: number): void {
  let rest = value | 0;
  let at = end - 2;
  for (; at >= start; at -= 2) {
    const next = (rest / 100) | 0;
    target.setUint16(at, PAIRS[rest - next * 100]!);
    rest = next;
  }
  if (at === start - 1) target.setUint8(start, ZERO + rest);
}

function digitCount(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 100_000_000 ? (value < 10_000_000 ? 7 : 8) : 9;
}

const ZERO = 0x30;
const POINT = 0x2e;
/** 00 01 02 … 99: the first digit is the upper byte. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, pair) => ((ZERO + Math.floor(pair / 10)) << 8) | (ZERO + (pair % 10)),
);
