import { type Chunk, RecordCursor } from '@meanwhile/kafka';

/** The published records of one output, in order, one at a time. */
export class FoundRecords {
  /** At the present record, after next() was true. */
  readonly cursor = new RecordCursor();
  readonly #chunks: AsyncGenerator<Chunk, void, void>;
  #isLoaded = false;
  #isEnded = false;

  /** @param toOffset no record at or above it is given */
  constructor(chunks: AsyncGenerator<Chunk, void, void>, toOffset: number) {
    this.#chunks = chunks;
    this.cursor.stopAt(toOffset);
  }

  /** No record is left. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The next record of what is in memory; false: load(). */
  next(): boolean {
    if (!this.#isLoaded) return false;
    if (this.cursor.next()) return true;
    this.#isLoaded = false;
    return false;
  }

  /** Brings more into memory; false: there is no more. */
  async load(): Promise<boolean> {
    const chunk = await this.#chunks.next();
    if (chunk.done) this.#isEnded = true;
    else this.cursor.load(chunk.value);
    this.#isLoaded = !this.#isEnded;
    return this.#isLoaded;
  }

  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
