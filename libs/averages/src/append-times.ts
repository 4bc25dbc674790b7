/** Lowest and highest append time of a stretch. */
export class AppendTimes {
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = Number.NEGATIVE_INFINITY;

  note(appendTimeMs: number): void {
    if (appendTimeMs < this.#minMs) this.#minMs = appendTimeMs;
    if (appendTimeMs > this.#maxMs) this.#maxMs = appendTimeMs;
  }

  /** As the journal's entry has them, null where no record had one; the next stretch begins anew. */
  take(): { append_time_min: number | null; append_time_max: number | null } {
    const hasAny = this.#minMs <= this.#maxMs;
    const times = {
      append_time_min: hasAny ? this.#minMs : null,
      append_time_max: hasAny ? this.#maxMs : null,
    };
    this.#minMs = Number.POSITIVE_INFINITY;
    this.#maxMs = Number.NEGATIVE_INFINITY;
    return times;
  }
}
