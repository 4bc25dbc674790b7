import { Silence } from './silence.ts';
import type { EngineSettings } from './types.ts';

/**
 * How far event time has come in a partition. Neither number ever moves back:
 *
 *   watermark   the highest event time, or further where silence moved it
 *   horizon     the highest watermark − grace so far: a larger grace after a change of settings opens nothing again
 */
export class Watermark {
  /** -Infinity before the first good record, like the horizon. */
  presentMs = Number.NEGATIVE_INFINITY;
  horizonMs = Number.NEGATIVE_INFINITY;
  readonly graceMs: number;
  readonly #idleTimeoutMs: number | null;
  #silence: Silence;

  constructor({ graceMs, idleTimeoutMs }: EngineSettings) {
    this.graceMs = graceMs;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#silence = new Silence(idleTimeoutMs);
  }

  advance(timeMs: number): void {
    if (timeMs > this.presentMs) this.presentMs = timeMs;
    const horizonMs = this.presentMs - this.graceMs;
    if (horizonMs > this.horizonMs) this.horizonMs = horizonMs;
  }

  /** Remembers where it stands after a record. */
  note(appendTimeMs: number): void {
    this.#silence.note(this.presentMs, appendTimeMs);
  }

  /** How far it may be if nothing was appended before a time; -Infinity when silence says nothing. */
  afterSilence(appendTimeMs: number): number {
    return this.#silence.watermarkAt(appendTimeMs);
  }

  /** All there is to keep: four of them. */
  numbers(): number[] {
    return [this.presentMs, this.horizonMs, ...this.#silence.last];
  }

  restore([presentMs, horizonMs, ...last]: number[]): void {
    this.presentMs = presentMs!;
    this.horizonMs = horizonMs!;
    this.#silence = new Silence(this.#idleTimeoutMs, last);
  }
}
