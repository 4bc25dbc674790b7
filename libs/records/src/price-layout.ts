import { skipPlainString, skipScalar, skipWhitespace } from './json-bytes.ts';
import type { FieldRole, PriceNames } from './price-names.ts';

/**
 * How one producer writes its objects: pieces that are the same in each, and what stands between them.
 *
 *     {"symbol":"  ACME  ","price":  101.23  ,"timestamp":  1700000000123  }
 *     piece        text   piece       value   piece           time           piece
 */
export type PriceLayout = readonly LayoutPiece[];

/** What follows a piece. Quotes belong to the pieces. */
export const FOLLOWER = {
  /** Nothing: the value ends. */
  end: 0,
  /** Of fields that nobody asks for: the inside of a string, a number, or `true`, `false` or `null`. */
  text: 1,
  number: 2,
  literal: 3,
  /** A number, and one in plain decimal notation within quotes. */
  value: 4,
  quotedValue: 5,
  time: 6,
  quotedTime: 7,
} as const;

export class LayoutPiece {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly follower: number;
  /**
   * The first and the last eight bytes as little-endian doubles, which takes one comparison each; NaN for a
   * shorter piece. Doubles that are equal have the same bits unless they are zeros, and no eight bytes of a
   * JSON text are a zero. NaN equals nothing: a piece that looked like one would never be found.
   */
  readonly head: number;
  readonly tail: number;
  /** The bytes that are neither in head nor in tail. */
  readonly restStart: number;
  readonly restEnd: number;

  constructor(bytes: Uint8Array, follower: number) {
    const isLong = bytes.length >= 8;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.length = bytes.length;
    this.follower = follower;
    this.head = isLong ? view.getFloat64(0, true) : Number.NaN;
    this.tail = isLong ? view.getFloat64(bytes.length - 8, true) : Number.NaN;
    this.restStart = isLong ? 8 : 0;
    this.restEnd = isLong ? bytes.length - 8 : bytes.length;
  }
}

/** Beyond this a layout is not kept: wide feeds have some thirty fields. */
const PIECES_MAX = 64;
const VALUE_BYTES_MAX = 4_096;

/** The layout of a flat object in which a scan found no fault; null if it is too large to be kept. */
export function layoutOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  names: PriceNames,
): PriceLayout | null {
  if (end - start > VALUE_BYTES_MAX) return null;
  const pieces: LayoutPiece[] = [];
  let pieceStart = start;
  let index = skipWhitespace(bytes, start, end);
  do {
    if (pieces.length >= PIECES_MAX) return null;
    const nameStart = skipWhitespace(bytes, index + 1, end) + 1;
    const nameAfter = skipPlainString(bytes, nameStart, end);
    const colon = skipWhitespace(bytes, nameAfter, end);
    const role = names.roleOf(bytes, nameStart, nameAfter - 1);
    const fieldStart = skipWhitespace(bytes, colon + 1, end);
    const fieldEnd = skipScalar(bytes, fieldStart, end);
    const isQuoted = bytes[fieldStart] === 0x22;
    const piece = bytes.slice(pieceStart, isQuoted ? fieldStart + 1 : fieldStart);
    pieces.push(new LayoutPiece(piece, followerOf(role, bytes[fieldStart]!)));
    pieceStart = isQuoted ? fieldEnd - 1 : fieldEnd;
    index = skipWhitespace(bytes, fieldEnd, end);
  } while (bytes[index] === 0x2c);
  pieces.push(new LayoutPiece(bytes.slice(pieceStart, end), FOLLOWER.end));
  return pieces;
}

/** @param first the first byte of the field's value */
function followerOf(role: FieldRole, first: number): number {
  const isQuoted = first === 0x22;
  if (role === 'value') return isQuoted ? FOLLOWER.quotedValue : FOLLOWER.value;
  if (role === 'time') return isQuoted ? FOLLOWER.quotedTime : FOLLOWER.time;
  if (isQuoted) return FOLLOWER.text;
  return first === 0x2d || (first >= 0x30 && first <= 0x39) ? FOLLOWER.number : FOLLOWER.literal;
}
