import { decompress } from 'lz4-wasm-nodejs';

/**
 * Unpacks an LZ4 frame (LZ4 Frame Format 1.6; KIP-57 for Kafka's part of it). The frame is walked here: the library knows blocks only,
 * and wants to know what each unpacks to, which also tells the whole size before any memory is taken.
 *
 * Checksums within the frame are passed over: the checksum of the record batch covers the same bytes.
 *
 * @throws Error if the frame is damaged or unpacks to more than `sizeMaxBytes`
 */
export function unpackLz4(packed: Uint8Array, sizeMaxBytes: number): Uint8Array {
  const { isLinked, blocks } = readFrame(packed);
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  if (size > sizeMaxBytes) throw new Error(`it unpacks to ${size} bytes`);
  const unpacked = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    const window = isLinked ? unpacked.subarray(Math.max(0, at - windowMaxBytes), at) : noBytes;
    unpacked.set(block.isStored ? block.bytes : unpackBlock(block, window), at);
    at += block.size;
  }
  return unpacked;
}

interface Block {
  bytes: Uint8Array;
  /** Not packed, since packing would have made it larger. */
  isStored: boolean;
  /** Of what it unpacks to. */
  size: number;
}

const noBytes = new Uint8Array(0);
/** A match reaches so far back: its distance has 16 bits and 0 means nothing. */
const windowMaxBytes = 0xffff;
const magic = 0x184d2204;
const storedFlag = 0x80000000;
/** By the three bits of the frame's descriptor. */
const blockMaxBytes: Record<number, number> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };

function readFrame(packed: Uint8Array): { isLinked: boolean; blocks: Block[] } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  if (packed.length < 7 || view.getUint32(0, true) !== magic) throw new Error('it is no LZ4 frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1) throw new Error(`frame of version ${flags >> 6}, wanted 1`);
  if (flags & 0x01) throw new Error('it needs a dictionary');
  const blockMax = blockMaxBytes[(view.getUint8(5) >> 4) & 7];
  if (blockMax === undefined) throw new Error('damaged: no such block size');
  const isLinked = (flags & 0x20) === 0;
  const checksumBytes = flags & 0x10 ? 4 : 0;
  const contentSizeBytes = flags & 0x08 ? 8 : 0;

  const blocks: Block[] = [];
  let at = 7 + contentSizeBytes;
  let size = 0;
  for (;;) {
    if (at + 4 > packed.length) throw new Error('damaged: it ends without an end mark');
    const header = view.getUint32(at, true);
    if (header === 0) return { isLinked, blocks };
    at += 4;
    const isStored = header >= storedFlag;
    const end = at + (isStored ? header - storedFlag : header);
    if (end > packed.length) throw new Error(`damaged: a block up to byte ${end} of ${packed.length}`);
    const bytes = packed.subarray(at, end);
    const block = { bytes, isStored, size: isStored ? bytes.length : measure(bytes, isLinked ? size : 0) };
    if (block.size > blockMax) throw new Error(`damaged: a block of ${block.size} bytes among ${blockMax}`);
    blocks.push(block);
    size += block.size;
    at = end + checksumBytes;
  }
}

/**
 * What a block unpacks to: the lengths of its literals and matches.
 *
 * @param before bytes in front of the block that its matches may reach
 * @throws Error if it has not the form of a block, or a match reaches further back
 */
function measure(block: Uint8Array, before: number): number {
  let at = 0;
  let size = 0;
  for (;;) {
    const token = byteAt(block, at++);
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) more = byteAt(block, at++);
    }
    size += literals;
    at += literals;
    if (at === block.length) return size; // the last sequence has no match
    const distance = byteAt(block, at) | (byteAt(block, at + 1) << 8);
    at += 2;
    if (distance === 0 || distance > before + size)
      throw new Error(`damaged: a match ${distance} bytes back`);
    let match = token & 15;
    if (match === 15) {
      for (let more = 255; more === 255; match += more) more = byteAt(block, at++);
    }
    size += match + matchMinBytes;
  }
}

const matchMinBytes = 4;

function byteAt(block: Uint8Array, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw new Error(`damaged: a block of ${block.length} bytes goes on`);
  return byte;
}

/** @param window the bytes in front of a block that is linked to them */
function unpackBlock(block: Block, window: Uint8Array): Uint8Array {
  const start = window.length === 0 ? noBytes : sequenceFor(window);
  const startSize = window.length === 0 ? 0 : Math.max(window.length, matchMinBytes) + matchMinBytes;
  // The library reads the size first, 32 bits, little-endian.
  const sized = new Uint8Array(4 + start.length + block.bytes.length);
  new DataView(sized.buffer).setUint32(0, startSize + block.size, true);
  sized.set(start, 4);
  sized.set(block.bytes, 4 + start.length);
  return decompress(sized).subarray(startSize);
}

/**
 * A sequence that unpacks to bytes ending in `window`: put before a block it gives the block what its matches reach back to, which the
 * library has no parameter for. A sequence ends in a match, so the last four bytes come first too, where that match finds them.
 */
function sequenceFor(window: Uint8Array): Uint8Array {
  const length = Math.max(window.length, matchMinBytes);
  const lengthBytes = length < 15 ? 0 : Math.floor((length - 15) / 255) + 1;
  const at = 1 + lengthBytes;
  const sequence = new Uint8Array(at + length + 2);
  sequence[0] = Math.min(length, 15) << 4;
  if (lengthBytes > 0) {
    sequence.fill(255, 1, lengthBytes);
    sequence[lengthBytes] = (length - 15) % 255;
  }
  const last = window.subarray(-matchMinBytes);
  sequence.set(last, at + matchMinBytes - last.length);
  sequence.set(window.subarray(0, window.length - last.length), at + matchMinBytes);
  sequence[at + length] = length & 0xff;
  sequence[at + length + 1] = length >> 8;
  return sequence;
}
