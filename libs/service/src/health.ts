export type HealthStatus = 'starting' | 'ready' | 'not ready' | 'stopping' | 'failed';

/**
 * What a process says of itself. Legal steps:
 *
 *     starting ─► ready ◄─► not ready          (starting and not ready carry a reason)
 *        └───────────┴──────────┴─► stopping ─► (ends)
 *     any ─► failed                             stays failed: the process is about to end
 *
 * What has never been ready is starting, whatever keeps it: who watches waits for the one and looks into the other. Steps back out of `stopping` and `failed` are ignored: a late "ready" must not bring traffic to a process that ends.
 */
export class Health {
  #status: HealthStatus = 'starting';
  #reason = 'starting up';
  #wasReady = false;
  readonly #clean: (text: string) => string;

  /** @param clean takes secrets out of a reason: it is answered to whoever asks */
  constructor(clean: (text: string) => string = (text) => text) {
    this.#clean = clean;
  }

  get status(): HealthStatus {
    return this.#status;
  }

  /** Why it is not ready; empty when it is. */
  get reason(): string {
    return this.#reason;
  }

  get isReady(): boolean {
    return this.#status === 'ready';
  }

  /** False: the process cannot do its work any more and must be replaced. */
  get isLive(): boolean {
    return this.#status !== 'failed';
  }

  setReady(): void {
    this.#wasReady = true;
    this.#set('ready', '');
  }

  /** Something keeps it from its work: `starting` before the first ready, `not ready` after it. */
  setNotReady(reason: string): void {
    this.#set(this.#wasReady ? 'not ready' : 'starting', reason);
  }

  setStopping(reason = 'asked to stop'): void {
    this.#set('stopping', reason);
  }

  fail(error: Error): void {
    if (this.#status === 'failed') return; // the first failure is the cause, later ones follow from it
    this.#status = 'failed';
    const { remedy } = error as { remedy?: unknown };
    this.#reason = this.#clean(typeof remedy === 'string' ? `${error.message}; ${remedy}` : error.message);
  }

  toJSON(): { status: HealthStatus; reason?: string } {
    return this.#reason === '' ? { status: this.#status } : { status: this.#status, reason: this.#reason };
  }

  #set(status: HealthStatus, reason: string): void {
    if (this.#status === 'failed' || (this.#status === 'stopping' && status !== 'stopping')) return;
    this.#status = status;
    this.#reason = this.#clean(reason);
  }
}
