import { skipUtf8Sequence } from './utf8.ts';

// Pieces of RFC 8259's grammar on bytes. Each takes an index and returns the index after the piece,
// or -1 where the bytes are not that piece. None reads at or past `end`: the next record begins there.

/** Skips whitespace, if any; never fails. */
export function skipWhitespace(bytes: Uint8Array, index: number, end: number): number {
  while (index < end) {
    const byte = bytes[index]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    index++;
  }
  return index;
}

/** From behind an opening quote to behind the closing one. */
export function skipString(bytes: Uint8Array, index: number, end: number): number {
  const quote = skipStringInside(bytes, index, end);
  return quote < 0 ? -1 : quote + 1;
}

/** From behind an opening quote to the closing one. */
export function skipStringInside(bytes: Uint8Array, index: number, end: number): number {
  while (index < end) {
    const byte = bytes[index]!;
    if (IS_PLAIN[byte] === 1) index++;
    else if (byte === 0x22) return index;
    else if (byte === 0x5c) index = skipEscape(bytes, index + 1, end);
    else if (byte >= 0x80) index = skipUtf8Sequence(bytes, index, end);
    else return -1;
    if (index < 0) return -1;
  }
  return -1;
}

/** ASCII that stands for itself in a string. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);

/** As skipString, for a string without escapes: its bytes are then its text. */
export function skipPlainString(bytes: Uint8Array, index: number, end: number): number {
  while (index < end) {
    const byte = bytes[index]!;
    if (byte === 0x22) return index + 1;
    if (byte < 0x20 || byte === 0x5c) return -1;
    if (byte < 0x80) index++;
    else index = skipUtf8Sequence(bytes, index, end);
    if (index < 0) return -1;
  }
  return -1;
}

/** Skips `true`, `false` or `null`. */
export function skipLiteral(bytes: Uint8Array, index: number, end: number): number {
  const first = bytes[index]!;
  const literal = first === 0x74 ? TRUE : first === 0x66 ? FALSE : NULL;
  if (index + literal.length > end) return -1;
  for (let at = 0; at < literal.length; at++) if (bytes[index + at] !== literal[at]) return -1;
  return index + literal.length;
}

/** Skips a JSON number. */
export function skipNumber(bytes: Uint8Array, index: number, end: number): number {
  if (index < end && bytes[index] === 0x2d) index++;
  const integerStart = index;
  index = skipDigits(bytes, index, end);
  if (index < 0 || (bytes[integerStart] === 0x30 && index > integerStart + 1)) return -1;
  if (index < end && bytes[index] === 0x2e) {
    index = skipDigits(bytes, index + 1, end);
    if (index < 0) return -1;
  }
  if (index >= end || (bytes[index]! | 0x20) !== 0x65) return index;
  index++;
  if (index < end && (bytes[index] === 0x2b || bytes[index] === 0x2d)) index++;
  return skipDigits(bytes, index, end);
}

/** Skips a string, number or literal. `index` is below `end`. */
export function skipScalar(bytes: Uint8Array, index: number, end: number): number {
  const first = bytes[index]!;
  if (first === 0x22) return skipString(bytes, index + 1, end);
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return skipNumber(bytes, index, end);
  return skipLiteral(bytes, index, end);
}

/** Skips at least one digit. */
function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let index = start;
  while (index < end && isDigit(bytes[index]!)) index++;
  return index === start ? -1 : index;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

const TRUE = Uint8Array.of(0x74, 0x72, 0x75, 0x65);
const FALSE = Uint8Array.of(0x66, 0x61, 0x6c, 0x73, 0x65);
const NULL = Uint8Array.of(0x6e, 0x75, 0x6c, 0x6c);

function skipEscape(bytes: Uint8Array, index: number, end: number): number {
  if (index >= end) return -1;
  switch (bytes[index]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return index + 1;
    case 0x75: // u; a lone surrogate is valid JSON
      if (index + 5 > end) return -1;
      for (let at = index + 1; at < index + 5; at++) if (!isHexDigit(bytes[at]!)) return -1;
      return index + 5;
    default:
      return -1;
  }
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}
