/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of Kafka's record batches, over `bytes[start, end)`.
 *
 * Slicing by 16 (Kounavis and Berry, 2005, took 8): sixteen table look-ups per sixteen bytes instead of one chain of sixteen, about
 * 1.7 GB/s. `node:zlib.crc32` is the other polynomial. The plain twin, one byte at a time, is in the test.
 *
 * @returns the checksum as an unsigned 32-bit number
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  // Words by a DataView: a quarter of the loads, wherever in its buffer the array begins.
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = -1;
  let at = start;
  for (const last = end - 15; at < last; at += 16) {
    const a = crc ^ words.getInt32(at, true);
    const b = words.getInt32(at + 4, true);
    const c = words.getInt32(at + 8, true);
    const d = words.getInt32(at + 12, true);
    crc = fourBytes(a, 3840) ^ fourBytes(b, 2816) ^ fourBytes(c, 1792) ^ fourBytes(d, 768);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

/** The effect of four bytes; that of the lowest is in the table that starts at `from`, each of the others one table below. */
function fourBytes(word: number, from: number): number {
  return (
    table[from + (word & 0xff)]! ^
    table[from - 256 + ((word >>> 8) & 0xff)]! ^
    table[from - 512 + ((word >>> 16) & 0xff)]! ^
    table[from - 768 + (word >>> 24)]!
  );
}

const reversedPolynomial = 0x82f63b78;

/** Sixteen tables of 256 in one array: table k at 256 k holds the effect of a byte that k more bytes follow. */
const table = makeTable();

function makeTable(): Int32Array {
  const tables = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const shorter = tables[at - 256]!;
    tables[at] = (shorter >>> 8) ^ tables[shorter & 0xff]!;
  }
  return tables;
}
