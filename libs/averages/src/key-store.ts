const BYTES_MIN = 4_096;
const IDS_MIN = 512;

/**
 * The bytes of all keys and their JSON texts in one array, by id: an object for each would cost several times as much
 * memory, and the collector a look at every one.
 *
 *   bytes  …│ key of id 7 │ its JSON text │ key of id 2 │ its JSON text │ what was released │…
 *
 * What is released stays until it is half of all; then the rest moves together.
 */
export class KeyStore {
  /** Replaced when it grows or moves together: read it anew after a put. */
  bytes = new Uint8Array(BYTES_MIN);
  #used = 0;
  #released = 0;
  /** Doubles: all keys together may pass 2 GiB. */
  #starts = new Float64Array(IDS_MIN);
  /** -1: no key has this id. */
  #keyLengths = new Int32Array(IDS_MIN).fill(-1);
  #textLengths = new Int32Array(IDS_MIN);
  #ids: number;

  /** @param ids how many were given before, none of them in use */
  constructor(ids = 0) {
    this.#ids = ids;
    if (ids > IDS_MIN) this.#growIds(ids);
  }

  /** One more than the highest id that was ever given. */
  get ids(): number {
    return this.#ids;
  }

  has(id: number): boolean {
    return id < this.#ids && this.#keyLengths[id] !== -1;
  }

  keyStart(id: number): number {
    return this.#starts[id]!;
  }

  /** Where the JSON text starts, too. */
  keyEnd(id: number): number {
    return this.#starts[id]! + this.#keyLengths[id]!;
  }

  textEnd(id: number): number {
    return this.keyEnd(id) + this.#textLengths[id]!;
  }

  isEqual(id: number, source: Uint8Array, start: number, end: number): boolean {
    if (this.#keyLengths[id] !== end - start) return false;
    const { bytes } = this;
    const own = this.#starts[id]!;
    for (let i = 0; i < end - start; i++) if (bytes[own + i] !== source[start + i]) return false;
    return true;
  }

  /** The id must be free. */
  put(id: number, source: Uint8Array, start: number, end: number, text: Uint8Array): void {
    if (id >= this.#keyLengths.length) this.#growIds(id);
    const length = end - start + text.length;
    if (this.#used + length > this.bytes.length) this.#makeRoom(length);
    const at = this.#used;
    for (let i = start; i < end; i++) this.bytes[at + i - start] = source[i]!;
    this.bytes.set(text, at + end - start);
    this.#used = at + length;
    this.#starts[id] = at;
    this.#keyLengths[id] = end - start;
    this.#textLengths[id] = text.length;
    if (id >= this.#ids) this.#ids = id + 1;
  }

  release(id: number): void {
    this.#released += this.#keyLengths[id]! + this.#textLengths[id]!;
    this.#keyLengths[id] = -1;
  }

  /** Moves what is left together when that frees half, else into an array of twice the size. */
  #makeRoom(length: number): void {
    const left = this.#used - this.#released;
    const old = this.bytes;
    const isHalfFree = this.#released * 2 >= this.#used;
    let size = old.length;
    while (size < (isHalfFree ? left : this.#used) + length) size *= 2;
    this.bytes = new Uint8Array(size);
    let at = 0;
    for (let id = 0; id < this.#ids; id++) {
      if (!this.has(id)) continue;
      const [from, to] = [this.keyStart(id), this.textEnd(id)];
      this.bytes.set(old.subarray(from, to), at);
      this.#starts[id] = at;
      at += to - from;
    }
    this.#used = at;
    this.#released = 0;
  }

  #growIds(id: number): void {
    const length = 2 ** Math.ceil(Math.log2(id + 2));
    const starts = new Float64Array(length);
    const keyLengths = new Int32Array(length).fill(-1);
    const textLengths = new Int32Array(length);
    starts.set(this.#starts);
    keyLengths.set(this.#keyLengths);
    textLengths.set(this.#textLengths);
    this.#starts = starts;
    this.#keyLengths = keyLengths;
    this.#textLengths = textLengths;
  }
}
