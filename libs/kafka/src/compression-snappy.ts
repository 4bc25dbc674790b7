import { snappyUncompressor } from 'hysnappy';

/**
 * Unpacks snappy as Kafka's clients write it: blocks in the frame of xerial's snappy-java (magic, two versions, then each block with its
 * length before it), or one raw block, which librdkafka writes.
 *
 * @throws Error if it is damaged or unpacks to more than `sizeMaxBytes`, which the blocks' first bytes tell before memory is taken
 */
export function unpackSnappy(packed: Uint8Array, sizeMaxBytes: number): Uint8Array {
  const blocks = isXerial(packed) ? blocksOf(packed) : [packed];
  const sizes = blocks.map(sizeOf);
  const size = sizes.reduce((sum, blockSize) => sum + blockSize, 0);
  if (size > sizeMaxBytes) throw new Error(`it unpacks to ${size} bytes`);
  const unpacked = new Uint8Array(size);
  let at = 0;
  for (const [i, block] of blocks.entries()) {
    unpacked.set(unpackBlock(block, sizes[i]!), at);
    at += sizes[i]!;
  }
  return unpacked;
}

const xerialMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]; // "\x82SNAPPY\0"
const xerialHeaderBytes = 16;

function isXerial(packed: Uint8Array): boolean {
  return packed.length >= xerialHeaderBytes && xerialMagic.every((byte, i) => packed[i] === byte);
}

function blocksOf(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const blocks: Uint8Array[] = [];
  for (let at = xerialHeaderBytes; at < packed.length; ) {
    if (at + 4 > packed.length) throw new Error('damaged: it ends within the length of a block');
    const end = at + 4 + view.getUint32(at);
    if (end > packed.length) throw new Error(`damaged: a block up to byte ${end} of ${packed.length}`);
    blocks.push(packed.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** What a block says it unpacks to: an unsigned varint of at most 5 bytes before all else. */
function sizeOf(block: Uint8Array): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    size += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return size;
  }
  throw new Error('damaged: a block without its size');
}

/** A WebAssembly instance; made when first needed, since most topics are not packed like this. */
let uncompress: ReturnType<typeof snappyUncompressor> | undefined;

/** The library fails unless the block has exactly the size it says. */
function unpackBlock(block: Uint8Array, size: number): Uint8Array {
  uncompress ??= snappyUncompressor();
  return uncompress(block, size);
}
