/** A value that is compared with all layouts in vain costs more than one that is found saves. */
const VAIN_WEIGHT = 2;
const VAIN_MAX = 300;
/** Where more than a third of the values is of no known layout, comparing rests this long. */
const REST = 10_000;

/** Whether it pays to compare values with known layouts: not where most of them have a layout of their own. */
export class LayoutBackoff {
  /** Grows with each value that was compared in vain, shrinks with each that was found. */
  #vain = 0;
  /** So many values more are not compared. */
  #restLeft = 0;

  get isResting(): boolean {
    return this.#restLeft > 0;
  }

  /** A value was found among the layouts. */
  found(): void {
    if (this.#vain > 0) this.#vain--;
  }

  /** A value was compared in vain. */
  missed(): void {
    this.#vain += VAIN_WEIGHT;
    if (this.#vain < VAIN_MAX) return;
    this.#vain = 0;
    this.#restLeft = REST;
  }

  /** A value was left out, while resting. */
  rested(): void {
    this.#restLeft--;
  }
}
