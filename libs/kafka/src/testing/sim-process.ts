import type { World } from './world.ts';

/** What a process cannot do without: like `Time` of libs/stream. */
export interface SimTime {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  yield(): Promise<void>;
}

/**
 * One simulated operating system process. Everything that wakes code in it comes through `enter`, and everything it asks of the
 * outside begins with `step`: so it can die or stand still at each await that leaves it.
 */
export class SimProcess {
  readonly name: string;
  readonly world: World;
  /** Its clock differs from the brokers' by this. */
  readonly skewMs: number;
  #isDead = false;
  #isPaused = false;
  /** What would have happened while it stood still. */
  #held: (() => void)[] = [];
  #stepsLeft = Number.POSITIVE_INFINITY;
  #atStep: () => void = () => {};

  constructor(world: World, name: string, skewMs = 0) {
    this.world = world;
    this.name = name;
    this.skewMs = skewMs;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Runs `action` in the process: later if it stands still, never if it is dead. */
  enter(action: () => void): void {
    if (this.#isDead) return;
    if (this.#isPaused) {
      this.#held.push(action);
      return;
    }
    action();
  }

  /** Each time it goes out, or an answer comes in. @returns false if it is dead, perhaps since just now */
  step(): boolean {
    if (!this.#isDead && --this.#stepsLeft <= 0) {
      this.#stepsLeft = Number.POSITIVE_INFINITY;
      this.#atStep();
    }
    return !this.#isDead;
  }

  /** Does something to it in the middle of its work: at the `steps`th step from now. */
  afterSteps(steps: number, action: () => void): void {
    this.#stepsLeft = steps;
    this.#atStep = action;
  }

  /** SIGKILL: it makes no step any more, and none of its promises settles. */
  crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#held = [];
    this.world.trace.note(this.world.nowMs, this.name, 'crash');
  }

  /** SIGSTOP: its clock and the world go on. */
  pause(): void {
    this.#isPaused = true;
    this.world.trace.note(this.world.nowMs, this.name, 'pause');
  }

  /** SIGCONT: all that is due happens now, in its order, with a drained queue between. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.world.trace.note(this.world.nowMs, this.name, 'resume');
    for (const action of this.#held.splice(0)) this.world.after(0, () => this.enter(action));
  }

  after(ms: number, action: () => void): { cancel(): void } {
    return this.world.after(ms, () => this.enter(action));
  }

  readonly time: SimTime = {
    // Whole milliseconds, as clocks and timers of a real process have them.
    now: () => Math.floor(this.world.nowMs) + this.skewMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const timer = this.after(Math.max(1, Math.trunc(ms)), done);
        signal?.addEventListener('abort', done, { once: true });
        function done(): void {
          timer.cancel();
          signal?.removeEventListener('abort', done);
          resolve();
        }
      }),
    // A slice of work takes its time: up to a millisecond.
    yield: () => new Promise((resolve) => this.after(this.world.random.fraction(), resolve)),
  };
}
