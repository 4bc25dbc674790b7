import type { RecordCopy } from './record-copy.ts';

/** A record without a counterpart so far. */
export interface Waiting {
  record: RecordCopy;
  /** Its place in its own sequence. */
  index: number;
  /** Of a missing record: where it should stand; null: at the end. */
  beforeOffset: number | null;
}

/** As many wait. */
const WAITING_MAX = 10_000;

/** Records of one side that wait for their counterpart to turn up elsewhere, oldest first. */
export class WaitingRecords {
  readonly #byName = new Map<string, Waiting>();

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @returns the oldest one where too many wait: it waits no longer */
  add(name: string, waiting: Waiting): Waiting | undefined {
    this.#byName.set(name, waiting);
    if (this.#byName.size <= WAITING_MAX) return undefined;
    const [oldestName, oldest] = this.#byName.entries().next().value!;
    this.#byName.delete(oldestName);
    return oldest;
  }

  /** The one of that name, which waits no longer. */
  take(name: string): Waiting | undefined {
    const waiting = this.#byName.get(name);
    this.#byName.delete(name);
    return waiting;
  }

  /** All of them; none waits any longer. */
  takeAll(): Waiting[] {
    const all = [...this.#byName.values()];
    this.#byName.clear();
    return all;
  }
}
