/** Enough to see what led to the end. */
const LINES_MAX = 400;

/** What happened in a simulation: a hash over all of it, and the last lines. */
export class Trace {
  #hash = 0x811c9dc5;
  #count = 0;
  readonly #last: [number, string, string, string][] = [];

  note(atMs: number, who: string, what: string, detail = ''): void {
    this.#count++;
    this.#mix(atMs);
    this.#mixText(who);
    this.#mixText(what);
    this.#mixText(detail);
    this.#last[this.#count % LINES_MAX] = [atMs, who, what, detail];
  }

  get hash(): string {
    return `${this.#count}:${(this.#hash >>> 0).toString(16)}`;
  }

  /** Oldest first. */
  lines(): string[] {
    const from = (this.#count + 1) % LINES_MAX;
    const inOrder = [...this.#last.slice(from), ...this.#last.slice(0, from)];
    return inOrder
      .filter((line) => line !== undefined)
      .map(
        ([atMs, who, what, detail]) => `${atMs.toFixed(1).padStart(9)} ${who.padEnd(8)} ${what} ${detail}`,
      );
  }

  /** FNV-1a. */
  #mixText(text: string): void {
    let hash = this.#hash;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    this.#hash = Math.imul(hash ^ 0xff, 0x01000193);
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ Math.round(value * 1_000), 0x01000193);
  }
}
