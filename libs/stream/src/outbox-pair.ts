import { type BuilderPool, OutboxBuffer } from './outbox.ts';

/** Two outboxes by turns: one is filled while the other, frozen, is on its way to the brokers. */
export class OutboxPair {
  #active: OutboxBuffer;
  #spare: OutboxBuffer;

  constructor(options: { topics: readonly string[]; partition: number; pool: BuilderPool }) {
    this.#active = new OutboxBuffer(options);
    this.#spare = new OutboxBuffer(options);
  }

  /** The one that is filled now. */
  get active(): OutboxBuffer {
    return this.#active;
  }

  /** Swaps the two. Only when the one frozen before was cleared. @returns the one that was filled: it is to be cleared when it was sent */
  freeze(): OutboxBuffer {
    const frozen = this.#active;
    this.#active = this.#spare;
    this.#spare = frozen;
    return frozen;
  }

  /** Gives the memory back; that of the frozen one as well, unless it is still on its way. */
  release({ isFrozenSent }: { isFrozenSent: boolean }): void {
    this.#active.clear();
    // A commit still on its way seals its batches again when it repeats: nobody else may fill them meanwhile.
    if (isFrozenSent) this.#spare.clear();
  }
}
