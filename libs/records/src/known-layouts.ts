import { layoutOf, type PriceLayout } from './price-layout.ts';
import type { PriceNames } from './price-names.ts';

/** Enough for a topic of a few producers, or one with a field that is a number here and null there. */
const LAYOUTS_MAX = 4;

/** When all places are taken: among so many, the time and the memory that learning takes are not seen. */
const REPLACE_EVERY = 10_000;

/** The layouts that were met, few: a value may have to be compared with each. */
export class KnownLayouts {
  readonly all: PriceLayout[] = [];
  /** Index of the layout that was found last. The next record's is most often the same. */
  latest = 0;
  readonly #names: PriceNames;
  #unknownUntilLearning = 0;

  constructor(names: PriceNames) {
    this.#names = names;
  }

  /** Takes note of a flat object without a fault whose layout is none of these; may remember it. */
  meet(bytes: Uint8Array, start: number, end: number): void {
    if (this.#unknownUntilLearning > 0) {
      this.#unknownUntilLearning--;
      return;
    }
    const layout = layoutOf(bytes, start, end, this.#names);
    // Where layouts change all the time, each place gets a turn.
    const place = this.all.length < LAYOUTS_MAX ? this.all.length : (this.latest + 1) % LAYOUTS_MAX;
    if (layout !== null) {
      this.all[place] = layout;
      this.latest = place;
    }
    if (this.all.length === LAYOUTS_MAX || layout === null) this.#unknownUntilLearning = REPLACE_EVERY;
  }
}
