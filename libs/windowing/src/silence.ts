/**
 * What silence says of time (contract §2, step 1). After the last record the watermark was w0 and the highest append
 * time a0. If nothing was appended before a, the watermark may follow, less the idle time-out:
 *
 *   watermark   w0 ────────────────┐ w0 + (a - a0) - idle  ↗  at most `cap`
 *   append time a0 ──── idle ──────┴────────── a
 */
export class Silence {
  readonly #idleTimeoutMs: number | null;
  #lastWatermarkMs: number;
  #lastAppendMs: number;

  constructor(idleTimeoutMs: number | null, last = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#lastWatermarkMs = last[0]!;
    this.#lastAppendMs = last[1]!;
  }

  /** w0 and a0; -Infinity where there is none yet. */
  get last(): number[] {
    return [this.#lastWatermarkMs, this.#lastAppendMs];
  }

  note(watermarkMs: number, appendTimeMs: number): void {
    this.#lastWatermarkMs = watermarkMs;
    if (appendTimeMs > this.#lastAppendMs) this.#lastAppendMs = appendTimeMs;
  }

  /** How far the watermark may be if nothing was appended before a time; -Infinity when silence says nothing. */
  watermarkAt(appendTimeMs: number): number {
    if (this.#idleTimeoutMs === null) return Number.NEGATIVE_INFINITY;
    if (
      this.#lastWatermarkMs === Number.NEGATIVE_INFINITY ||
      this.#lastAppendMs === Number.NEGATIVE_INFINITY
    ) {
      return Number.NEGATIVE_INFINITY;
    }
    return this.#lastWatermarkMs + (appendTimeMs - this.#lastAppendMs) - this.#idleTimeoutMs;
  }
}
