import { gzipSync, zstdCompressSync } from 'node:zlib';
import { snappyCompress } from 'hysnappy';
import { compress as lz4Compress } from 'lz4-wasm-nodejs';

export const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type CodecName = keyof typeof codecs;

/** Packs the records of a batch as Kafka's own clients frame them. */
export function pack(codec: CodecName, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'gzip':
      return gzipSync(bytes);
    case 'zstd':
      return zstdCompressSync(bytes);
    case 'snappy':
      return xerial(cut(bytes, 32 << 10).map((part) => snappyCompress(part)));
    case 'lz4':
      return lz4Frame(cut(bytes, 64 << 10).map(lz4Block));
  }
}

/** Blocks of snappy in the frame of snappy-java. */
export function xerial(blocks: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');
  return Buffer.concat([header, ...blocks.flatMap((block) => [uint32(block.length, 'big'), block])]);
}

export interface Lz4Block {
  bytes: Uint8Array;
  isStored?: boolean;
}

/** Packed, or as it is where that is shorter. */
export function lz4Block(bytes: Uint8Array): Lz4Block {
  const packed = lz4Compress(bytes).subarray(4);
  return packed.length < bytes.length ? { bytes: packed } : { bytes, isStored: true };
}

interface FrameOptions {
  isLinked?: boolean;
  /** Checksums of blocks and content, and the content's size: with values that nobody looks at. */
  hasExtras?: boolean;
}

/** A frame of blocks of at most 64 KiB. The header's checksum is left out: 0. */
export function lz4Frame(blocks: readonly Lz4Block[], options: FrameOptions = {}): Uint8Array {
  const extra = (sizeBytes: number) => Buffer.alloc(options.hasExtras ? sizeBytes : 0, 0xaa);
  const flags = 0x40 | (options.isLinked ? 0 : 0x20) | (options.hasExtras ? 0x1c : 0);
  return Buffer.concat([
    uint32(0x184d2204, 'little'),
    Buffer.from([flags, 0x40]),
    extra(8),
    Buffer.from([0]),
    ...blocks.flatMap(({ bytes, isStored = false }) => [
      uint32(isStored ? bytes.length + 0x80000000 : bytes.length, 'little'),
      bytes,
      extra(4),
    ]),
    uint32(0, 'little'),
    extra(4),
  ]);
}

export function cut(bytes: Uint8Array, partBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.subarray(at, at + partBytes));
  return parts;
}

function uint32(value: number, order: 'big' | 'little'): Buffer {
  const bytes = Buffer.alloc(4);
  if (order === 'big') bytes.writeUInt32BE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}
