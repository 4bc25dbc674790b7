import { Random } from './random.ts';
import { Trace } from './trace.ts';

export interface SimTimer {
  cancel(): void;
}

interface Event {
  atMs: number;
  order: number;
  action: (() => void) | undefined;
}

/**
 * A clock that moves only when nothing is left to do at its present time, one generator that decides everything, and a trace.
 *
 * Real promises run on it: between two events the queue of microtasks is drained, so that the order in which code goes on is the
 * engine's, which is fixed, and the events', which the seed decides. Nothing that is simulated may wait for a real timer or socket.
 */
export class World {
  readonly random: Random;
  readonly trace = new Trace();
  /** Not 0: a clock that is behind the brokers' must not show a time before 1970. */
  readonly startMs = 10_000;
  #nowMs = this.startMs;
  #order = 0;
  readonly #heap: Event[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** The simulated brokers' clock, in ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): SimTimer {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, action };
    this.#push(event);
    return {
      cancel() {
        event.action = undefined;
      },
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /**
   * Goes from event to event until `isOver`, asked after each.
   *
   * @returns false if `limitMs` passed, or nothing is left that could happen
   */
  async run(isOver: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    await drained();
    while (!isOver()) {
      const event = this.#pop();
      if (event === undefined || event.atMs > endMs) {
        if (event !== undefined) this.#push(event);
        return false;
      }
      if (event.action === undefined) continue;
      this.#nowMs = event.atMs;
      event.action();
      await drained();
    }
    return true;
  }

  /** Lets a promise come to its end; throws if it does not within `limitMs`. */
  async settle<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let isSettled = false;
    const end = () => {
      isSettled = true;
    };
    promise.then(end, end);
    if (!(await this.run(() => isSettled, limitMs))) {
      throw new Error(`simulation: a promise is pending after ${limitMs} ms, wanted it settled`);
    }
    return promise;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Node runs a tick only when no microtask is left. A turn of the event loop would do the same, at ten times the price. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
