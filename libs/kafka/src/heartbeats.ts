/** Answered heartbeats, counted. They go out one after the other. */
export class Heartbeats {
  #answered = 0;
  #waiters: { at: number; resolve: () => void }[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  /** One was answered without error. */
  count(): void {
    this.#answered++;
    this.#lastMs = performance.now();
    for (const { at, resolve } of this.#waiters) if (at <= this.#answered) resolve();
    this.#waiters = this.#waiters.filter(({ at }) => at > this.#answered);
  }

  /** Time since the last good answer, in ms. */
  get sinceLastMs(): number {
    return performance.now() - this.#lastMs;
  }

  /**
   * Resolves after one that was sent after this call: one may be on its way now, so the second answer counts. Rejects with the
   * signal's reason.
   */
  sentFromNow(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#waiters.push({ at: this.#answered + 2, resolve });
    });
  }
}
