import { varintEnd } from './varint.ts';

/**
 * What a transaction's end marker says, read from the only record of a control batch. Its key: version (16 bits), type (16 bits),
 * 0 = abort, 1 = commit.
 *
 * @returns undefined if a number before the key has more than 10 bytes
 */
export function isAbortMarker(bytes: Uint8Array, recordAt: number): boolean | undefined {
  const attributesAt = varintEnd(bytes, recordAt);
  if (attributesAt < 0) return undefined;
  const offsetDeltaAt = varintEnd(bytes, attributesAt + 1);
  const keyLengthAt = varintEnd(bytes, offsetDeltaAt);
  const keyAt = varintEnd(bytes, keyLengthAt);
  if (keyAt < 0) return undefined;
  // Zig-zag: even is positive, twice the value. More than one byte is more than 63.
  const first = bytes[keyLengthAt]!;
  const isKeyLongEnough = (first & 1) === 0 && (first >= 0x80 || first >= 2 * typeEnd);
  return isKeyLongEnough && bytes[keyAt + 2] === 0 && bytes[keyAt + 3] === 0;
}

/** Where the type ends in the key. */
const typeEnd = 4;
