/** What has changed since somebody looked, so that what was made of the rest can be used again. */
export class Changes {
  #fromMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /**
   * Something is no longer as it was.
   * @param {number} fromMs event time before which everything is
   */
  note(fromMs) {
    this.#count += 1;
    if (fromMs < this.#fromMs) this.#fromMs = fromMs;
  }

  /** Another number after each change. */
  get count() {
    return this.#count;
  }

  /** Event time before which everything is as it was at the last call; Infinity: all is. */
  takeFromMs() {
    const fromMs = this.#fromMs;
    this.#fromMs = Number.POSITIVE_INFINITY;
    return fromMs;
  }
}
