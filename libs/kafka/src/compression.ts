import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { StopError } from './errors.ts';

/**
 * What one batch may unpack to. The largest batch a broker takes by default is 1 MiB, so this allows a factor of 64 and stops a
 * crafted batch ("zip bomb") before it takes the memory of the process.
 */
export const unpackedBytesMax = 64 * 1024 * 1024;

/**
 * Unpacks the records of a compressed batch.
 *
 * @param codec the lowest three bits of the batch's attributes: 1 gzip, 2 snappy, 3 lz4, 4 zstd
 * @param batch names the batch in errors
 * @throws StopError if the codec is not known, the packed bytes are damaged (their checksum was right, so another read gives the same)
 *   or unpack to more than `unpackedBytesMax`
 */
export function unpack(
  codec: number,
  packed: Uint8Array,
  batch: { topic: string; partition: number; offset: number },
): Uint8Array {
  const inflate = codec === 1 ? gunzipSync : codec === 4 ? zstdDecompressSync : undefined;
  if (inflate === undefined) {
    throw new StopError(
      `cannot read ${placeOf(batch)}: compressed with ${codecNames[codec] ?? `codec ${codec}`}, wanted none, gzip or zstd`,
      { remedy: 'let the producers of this topic use compression gzip, zstd or none' },
    );
  }
  try {
    return plain(inflate(packed, { maxOutputLength: unpackedBytesMax }));
  } catch (cause) {
    throw new StopError(
      `cannot unpack ${placeOf(batch)}, ${codecNames[codec]}: ${cause instanceof Error ? cause.message : String(cause)}, wanted at most ${unpackedBytesMax} bytes`,
      { remedy: 'find the producer of this batch: what it wrote cannot be read in this limit', cause },
    );
  }
}

const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string {
  return `the batch of ${topic}-${partition} at offset ${offset}`;
}

/** The same bytes as a plain Uint8Array: the hot path's element access stays fast while it sees one class only. */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
