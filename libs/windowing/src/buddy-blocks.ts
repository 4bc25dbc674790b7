/**
 * Hands out blocks of a power of two entries from an array that only grows, by halving as a buddy allocator does. A
 * block that is given back serves the next one of its size, or is cut in halves for smaller ones; halves are not
 * joined again.
 *
 *   │ 8 used         │ 4 free │ 2 used │ 2 free │ ← used
 */
export class BuddyBlocks {
  /** Entries ever handed out: how long the array has to be. */
  used = 0;
  /** First entries of free blocks, by log2 of their capacity. */
  readonly #free: number[][] = Array.from({ length: 32 }, () => []);

  /** Returns the first entry of a block that nobody uses. */
  allocate(capacity: number): number {
    const wanted = log2(capacity);
    for (let size = wanted; size < 32; size++) {
      const block = this.#free[size]!.pop();
      if (block === undefined) continue;
      for (let half = size - 1; half >= wanted; half--) this.#free[half]!.push(block + 2 ** half);
      return block;
    }
    const block = this.used;
    this.used += capacity;
    return block;
  }

  free(block: number, capacity: number): void {
    this.#free[log2(capacity)]!.push(block);
  }
}

function log2(powerOfTwo: number): number {
  return 31 - Math.clz32(powerOfTwo);
}
