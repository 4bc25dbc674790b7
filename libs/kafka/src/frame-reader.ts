import type { FramePool } from './frame-pool.ts';

/** What is read before the size of an answer is known; most answers fit whole. */
const SCRATCH_BYTES = 64 * 1024;
const SIZE_FIELD_BYTES = 4;
/** Kafka's own limit is 100 MB (`socket.request.max.bytes`); a size beyond this is not one. */
const FRAME_BYTES_MAX = 1 << 30;

/**
 * Cuts the bytes of a connection into Kafka's frames: a size of four bytes, then as many bytes. Says where the next bytes should be
 * read to, so that a long answer is received in place: a socket's own chunks of 64 KiB would be allocated one by one, and copied.
 */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #pool: FramePool;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  /** Bytes at the start of `#scratch` of a frame whose size is not known yet. */
  #scratchLength = 0;
  #frame: Buffer | undefined;
  #frameLength = 0;

  /** @param onFrame gets each frame whole, with its size field; the buffer is its own to keep, or to give back to the pool */
  constructor(onFrame: (frame: Buffer) => void, pool: FramePool) {
    this.#onFrame = onFrame;
    this.#pool = pool;
  }

  /** Where the next bytes are to be read to; never empty. */
  get target(): Buffer {
    if (this.#frame !== undefined) return this.#frame.subarray(this.#frameLength);
    return this.#scratch.subarray(this.#scratchLength);
  }

  /**
   * `count` bytes were read to `target`.
   * @throws RangeError when a frame has no possible size: the other side does not speak Kafka's protocol
   */
  advance(count: number): void {
    if (this.#frame !== undefined) {
      this.#frameLength += count;
      if (this.#frameLength === this.#frame.length) this.#finish(this.#frame);
      return;
    }
    const end = this.#scratchLength + count;
    let at = 0;
    while (end - at >= SIZE_FIELD_BYTES && this.#frame === undefined) at = this.#begin(at, end);
    if (this.#frame !== undefined) return; // the rest of the scratch is its beginning
    this.#scratch.copyWithin(0, at, end);
    this.#scratchLength = end - at;
  }

  /** Takes one frame, or its beginning, out of the scratch. */
  #begin(at: number, end: number): number {
    const sizeBytes = this.#scratch.readInt32BE(at);
    if (sizeBytes < 0 || sizeBytes > FRAME_BYTES_MAX) {
      throw new RangeError(`size of an answer: ${sizeBytes} bytes, wanted 0 to ${FRAME_BYTES_MAX}`);
    }
    const frame = this.#pool.take(SIZE_FIELD_BYTES + sizeBytes);
    const copied = this.#scratch.copy(frame, 0, at, Math.min(end, at + frame.length));
    if (copied < frame.length) {
      this.#frame = frame;
      this.#frameLength = copied;
    } else this.#onFrame(frame);
    return at + copied;
  }

  #finish(frame: Buffer): void {
    this.#frame = undefined;
    this.#scratchLength = 0;
    this.#onFrame(frame);
  }
}
