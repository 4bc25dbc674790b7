// Kafka's record fields are protocol buffers' zig-zag varints. Values are doubles here: offsets deltas and lengths are 32 bit, timestamp
// deltas may need all of a safe integer, so beyond 32 bit the two halves are worked on apart instead of through BigInt (no allocation).

/** Bytes that `value` (a 32-bit integer) takes as a zig-zag varint. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** Writes `value` (a 32-bit integer) at `at`; returns the place after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  while (zigzag > 0x7f) {
    bytes[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  bytes[at++] = zigzag;
  return at;
}

/** Bytes that `value` (a safe integer) takes as a zig-zag varint. */
export function sizeOfVarlong(value: number): number {
  if (value === (value | 0)) return sizeOfVarint(value);
  // 7 bits a byte, of which zig-zag takes one: n bytes hold [-2^(7n-1), 2^(7n-1)).
  const magnitude = value < 0 ? -value - 1 : value;
  let size = 5;
  for (let limit = 2 ** 34; magnitude >= limit; limit *= 128) size++;
  return size;
}

/** Writes `value` (a safe integer) at `at`; returns the place after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, at, value);
  const high = Math.floor(value / 2 ** 32);
  const low = value >>> 0;
  const sign = high >> 31;
  let zigzagLow = ((low << 1) ^ sign) >>> 0;
  let zigzagHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  while (zigzagHigh !== 0 || zigzagLow > 0x7f) {
    bytes[at++] = (zigzagLow & 0x7f) | 0x80;
    zigzagLow = ((zigzagLow >>> 7) | (zigzagHigh << 25)) >>> 0;
    zigzagHigh >>>= 7;
  }
  bytes[at++] = zigzagLow;
  return at;
}

/** The place after the varint at `at`; -1 if it has more than 10 bytes or `at` is -1 itself. */
export function varintEnd(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1;
  for (let end = at + 1; end <= at + 10; end++) {
    if (bytes[end - 1]! < 0x80) return end;
  }
  return -1;
}
