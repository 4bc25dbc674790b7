import type { EngineSettings } from './types.ts';

/**
 * How far event time has come in a partition. Neither number ever moves back:
 *
 *   watermark   the highest event time, or further where silence moved it
 *   horizon     the highest watermark − grace so far: a larger grace after a change of settings opens nothing again
 *
 * Silence (contract §2, step 1): after the last record the watermark was w0 and the highest append time a0. If nothing
 * was appended before a, the watermark may follow, less the idle time-out:
 *
 *   watermark   w0 ────────────────┐ w0 + (a - a0) - idle  ↗  the engine cuts it where every window is closed
 *   append time a0 ──── idle ──────┴────────── a
 */
export class Watermark {
  /** -Infinity before the first good record, like the horizon. */
  presentMs = Number.NEGATIVE_INFINITY;
  horizonMs = Number.NEGATIVE_INFINITY;
  declare readonly graceMs: number;
  /** Infinity: silence says nothing. */
  declare private readonly idleTimeoutMs: number;
  /** w0 and a0; -Infinity where there is none yet. */
  #lastWatermarkMs = Number.NEGATIVE_INFINITY;
  #lastAppendMs = Number.NEGATIVE_INFINITY;

  constructor({ graceMs, idleTimeoutMs }: EngineSettings) {
    this.graceMs = graceMs;
    this.idleTimeoutMs = idleTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  advance(timeMs: number): void {
    if (timeMs > this.presentMs) this.presentMs = timeMs;
    const horizonMs = this.presentMs - this.graceMs;
    if (horizonMs > this.horizonMs) this.horizonMs = horizonMs;
  }

  /** Remembers where it stands after a record. */
  note(appendTimeMs: number): void {
    this.#lastWatermarkMs = this.presentMs;
    if (appendTimeMs > this.#lastAppendMs) this.#lastAppendMs = appendTimeMs;
  }

  /** How far it may be if nothing was appended before a time; -Infinity when silence says nothing. */
  afterSilence(appendTimeMs: number): number {
    if (this.#lastAppendMs === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
    return this.#lastWatermarkMs + (appendTimeMs - this.#lastAppendMs) - this.idleTimeoutMs;
  }

  /** All there is to keep: four of them. */
  numbers(): number[] {
    return [this.presentMs, this.horizonMs, this.#lastWatermarkMs, this.#lastAppendMs];
  }

  restore([presentMs, horizonMs, lastWatermarkMs, lastAppendMs]: number[]): void {
    this.presentMs = presentMs!;
    this.horizonMs = horizonMs!;
    this.#lastWatermarkMs = lastWatermarkMs!;
    this.#lastAppendMs = lastAppendMs!;
  }
}
