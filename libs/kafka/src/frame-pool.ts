/** Shorter frames are cheap to make, and many of them live at once. */
const POOLED_BYTES_MIN = 256 * 1024;
/** Of frames that wait to be used again: answers of the largest size for several connections. */
const FREE_BYTES_MAX = 32 * 1024 * 1024;

/** Knows which bytes can be used again once nobody looks at them. */
export interface Loans {
  /**
   * Bytes are handed on. Their frame is used again when all that was lent of it is given back: what is lent of one frame is lent
   * before anything of it is given back.
   *
   * @returns gives them back; undefined: they are nobody's to use again
   */
  lend(bytes: Uint8Array): (() => void) | undefined;
}

interface Frame {
  bytes: Buffer;
  lentCount: number;
}

/**
 * The memory of long answers, used again. A megabyte made for each of them and left to the garbage collector keeps it marking the whole
 * heap several times a second, a fifth of a busy reader's CPU time. A frame that is never given back is collected as any other.
 */
export class FramePool implements Loans {
  readonly #frames = new WeakMap<ArrayBufferLike, Frame>();
  /** Given back, the latest last. */
  #free: Buffer[] = [];
  #freeBytes = 0;

  /** A buffer of exactly this size, with anything in it. */
  take(sizeBytes: number): Buffer {
    if (sizeBytes < POOLED_BYTES_MIN) return Buffer.allocUnsafe(sizeBytes);
    const room = 2 ** Math.ceil(Math.log2(sizeBytes));
    const index = this.#free.findLastIndex((frame) => frame.length === room);
    const [free] = index < 0 ? [] : this.#free.splice(index, 1);
    if (free !== undefined) this.#freeBytes -= room;
    const bytes = free ?? Buffer.allocUnsafeSlow(room);
    if (free === undefined) this.#frames.set(bytes.buffer, { bytes, lentCount: 0 });
    return bytes.subarray(0, sizeBytes);
  }

  lend(bytes: Uint8Array): (() => void) | undefined {
    const frame = this.#frames.get(bytes.buffer);
    if (frame === undefined) return undefined;
    frame.lentCount++;
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      frame.lentCount--;
      if (frame.lentCount === 0) this.#keep(frame.bytes);
    };
  }

  #keep(bytes: Buffer): void {
    this.#free.push(bytes);
    this.#freeBytes += bytes.length;
    while (this.#freeBytes > FREE_BYTES_MAX) this.#freeBytes -= this.#free.shift()!.length;
  }
}

/** Of this process: its connections read into it, its readers give back. */
export const framePool = new FramePool();
