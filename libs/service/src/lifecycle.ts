import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './create-log.ts';
import type { Health } from './health.ts';

/** For all stop functions together: below the 10 s after which a container runtime kills, were it not for the last line. */
const STOP_LIMIT_MS = 10_000;
/** For a start that is cut short to notice the signal; what it opened meanwhile is then closed too. */
const START_GRACE_MS = 1_000;

/**
 * The states of a process that runs a service:
 *
 *     starting ─► running ─► stopping ─► exit(code)
 *         └──────────────────────┘
 *
 * Whatever comes first (signal, failure, work done) decides; failures while stopping turn exit code 0 into theirs.
 */
export class Lifecycle {
  readonly #log: Log;
  readonly #health: Health;
  readonly #exit: (code: number) => void;
  readonly #stopLimitMs: number;
  readonly #controller = new AbortController();
  readonly #stops: (() => unknown)[] = [];
  #starting: Promise<unknown> = Promise.resolve();
  #isStopping = false;
  #error: unknown;

  constructor(o: { log: Log; health: Health; exit: (code: number) => void; stopLimitMs?: number }) {
    this.#log = o.log;
    this.#health = o.health;
    this.#exit = o.exit;
    this.#stopLimitMs = o.stopLimitMs ?? STOP_LIMIT_MS;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async start(run: () => Promise<unknown>): Promise<void> {
    this.#starting = run();
    try {
      await this.#starting;
    } catch (error) {
      // a start that was cut short rejects because of that
      if (this.#isStopping) this.#log.debug({ err: error }, 'start was cut short');
      else this.fail(error);
    }
  }

  onStop(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  onSignal(name: string): void {
    if (this.#isStopping) {
      this.#log.fatal(`second signal (${name}): ending at once`);
      this.#exit(1);
      return;
    }
    this.stop(`asked to stop by ${name}`);
  }

  stop(reason: string): void {
    if (this.#isStopping) return;
    this.#log.info(`stopping: ${reason}`);
    this.#health.setStopping(reason);
    void this.#end();
  }

  fail(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}, wanted an Error`);
    if (this.#error === undefined) this.#error = error;
    this.#log.error({ err: error }, `failed: ${error.message}`);
    this.#health.fail(error);
    if (!this.#isStopping) void this.#end();
  }

  async #end(): Promise<void> {
    this.#isStopping = true;
    this.#controller.abort(new Error('the process is stopping'));
    const limit = new AbortController();
    const stopped = await Promise.race([
      this.#runStops().then(() => true),
      sleep(this.#stopLimitMs, false, { signal: limit.signal }),
    ]);
    limit.abort();
    if (!stopped) this.#error ??= new Error(`stopping took too long: over ${this.#stopLimitMs} ms`);
    this.#exit(this.#lastWords());
  }

  async #runStops(): Promise<void> {
    await this.#drainStops();
    await Promise.race([this.#starting.catch(() => {}), sleep(START_GRACE_MS, undefined, { ref: false })]);
    await this.#drainStops();
  }

  async #drainStops(): Promise<void> {
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) {
      try {
        await stop();
      } catch (error) {
        this.#error ??= error;
        this.#log.error({ err: error }, 'stopping: a part did not end cleanly');
      }
    }
  }

  /** Logs the last line, which names the error and its remedy, and gives the exit code. */
  #lastWords(): number {
    if (this.#error === undefined) {
      this.#log.info({ exit_code: 0 }, 'stopped');
      return 0;
    }
    const { message, remedy, exitCode, code } = this.#error as {
      message: string;
      remedy?: unknown;
      exitCode?: unknown;
      code?: unknown;
    };
    const status = typeof exitCode === 'number' && exitCode > 0 && exitCode < 256 ? exitCode : 1;
    const advice = typeof remedy === 'string' ? `; remedy: ${remedy}` : '';
    this.#log.fatal({ exit_code: status, code, remedy }, `ended by an error: ${message}${advice}`);
    return status;
  }
}
