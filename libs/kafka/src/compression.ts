import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unpackLz4 } from './compression-lz4.ts';
import { unpackSnappy } from './compression-snappy.ts';
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
  const place = `the batch of ${batch.topic}-${batch.partition} at offset ${batch.offset}`;
  const known = codecs[codec];
  if (known === undefined) {
    throw new StopError(`cannot read ${place}: compressed with codec ${codec}, wanted ${codecList}`, {
      remedy: `let the producers of this topic use one of the compressions ${codecList}`,
    });
  }
  try {
    return plain(known.unpack(packed, unpackedBytesMax));
  } catch (cause) {
    throw new StopError(
      `cannot unpack ${place}, ${known.name}: ${cause instanceof Error ? cause.message : String(cause)}, wanted at most ${unpackedBytesMax} bytes`,
      { remedy: 'find the producer of this batch: what it wrote cannot be read in this limit', cause },
    );
  }
}

interface Codec {
  name: string;
  /** Takes memory for at most `sizeMaxBytes` of unpacked bytes. */
  unpack: (packed: Uint8Array, sizeMaxBytes: number) => Uint8Array;
}

const codecs: Record<number, Codec> = {
  1: { name: 'gzip', unpack: (packed, maxOutputLength) => gunzipSync(packed, { maxOutputLength }) },
  2: { name: 'snappy', unpack: unpackSnappy },
  3: { name: 'lz4', unpack: unpackLz4 },
  4: { name: 'zstd', unpack: (packed, maxOutputLength) => zstdDecompressSync(packed, { maxOutputLength }) },
};

const codecList = ['none', ...Object.values(codecs).map(({ name }) => name)].join(', ');

/** The same bytes as a plain Uint8Array: the hot path's element access stays fast while it sees one class only. */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
