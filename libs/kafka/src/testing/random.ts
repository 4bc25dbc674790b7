/** A seeded generator (sfc32, Chris Doty-Humphrey, PractRand): the same seed gives the same numbers. */
export class Random {
  readonly #state = new Uint32Array(4);

  constructor(seed: number) {
    this.#state.set([seed, seed / 2 ** 32, 0x9e3779b9, 1]);
    for (let i = 0; i < 16; i++) this.uint32();
  }

  uint32(): number {
    const s = this.#state;
    const result = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + result;
    return result;
  }

  /** In `[0, 1)`. */
  fraction(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number in `[from, to]`. */
  int(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('pick: 0 items, wanted at least 1');
    return items[this.int(0, items.length - 1)]!;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const other = this.int(0, i);
      [result[i], result[other]] = [result[other]!, result[i]!];
    }
    return result;
  }
}
