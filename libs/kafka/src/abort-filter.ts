/**
 * The read_committed filter of one chunk, asked once per batch.
 *
 * The broker's list of aborted transactions covers exactly what it sent, so the state begins anew with each chunk. Its order is none
 * (kafka-clients sorts it in a priority queue; a client that trusts the order reads aborted records), hence the sort. A transaction
 * takes effect from its first offset until the producer's abort marker. Source: Fetcher/CompletedFetch.java of kafka-clients.
 */
export class AbortFilter {
  /** Ascending by first offset. Producer ids as doubles: brokers hand them out from 0 upwards, a comparison of doubles costs nothing. */
  #coming: { producerId: number; firstOffset: number }[] = [];
  #next = 0;
  readonly #active = new Set<number>();

  load(aborted: readonly { producerId: bigint; firstOffset: number }[]): void {
    this.#next = 0;
    this.#active.clear();
    this.#coming =
      aborted.length === 0
        ? none
        : aborted
            .map(({ producerId, firstOffset }) => ({ producerId: Number(producerId), firstOffset }))
            .sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Before each batch, in order: takes in the transactions that begin up to its last offset. */
  reach(lastOffset: number): void {
    while (this.#next < this.#coming.length && this.#coming[this.#next]!.firstOffset <= lastOffset) {
      this.#active.add(this.#coming[this.#next++]!.producerId);
    }
  }

  /** Is a transactional batch of this producer, here, part of an aborted transaction? */
  isAborted(producerId: number): boolean {
    return this.#active.size > 0 && this.#active.has(producerId);
  }

  /** An abort marker of this producer was passed. */
  endTransaction(producerId: number): void {
    this.#active.delete(producerId);
  }
}

const none: { producerId: number; firstOffset: number }[] = [];
