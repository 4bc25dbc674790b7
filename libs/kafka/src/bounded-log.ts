import type { Logger } from './logger.ts';

/** Warnings of something that repeats, at most one per interval; the next one says how many were left out. */
export class BoundedLog {
  readonly #logger: Logger;
  readonly #intervalMs: number;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(logger: Logger, intervalMs = 5_000) {
    this.#logger = logger;
    this.#intervalMs = intervalMs;
  }

  warn(fields: object, message: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#loggedAtMs < this.#intervalMs) {
      this.#leftOut++;
      this.#logger.debug(fields, message);
      return;
    }
    this.#logger.warn(this.#leftOut === 0 ? fields : { ...fields, left_out: this.#leftOut }, message);
    this.#loggedAtMs = nowMs;
    this.#leftOut = 0;
  }
}
