import { checkSettings } from './check-settings.ts';
import { Definitions } from './definitions.ts';
import { convertState, type EngineState, restoreState, snapshotState } from './engine-state.ts';
import { emptyResult } from './fill-result.ts';
import { KeyActivity } from './key-activity.ts';
import { RECORD } from './record-cells.ts';
import { silentWatermark } from './silent-watermark.ts';
import type { EngineSettings, WindowResult } from './types.ts';
import { Watermark } from './watermark.ts';
import { ENTRY, UPDATE } from './windows.ts';

const { TIME, VALUE, OFFSET, EXPIRY } = RECORD;
const { QUEUED } = ENTRY;
const { SENT_NONE, SENT_MORE_MAY_FOLLOW } = UPDATE;

/**
 * The windows of one input partition: section 2 of the contract as a function of records and append times, without
 * a clock. Per record, in this order:
 *
 *   silenceBefore(appended)   1 silence, for records whose batch has LogAppendTime
 *   advance(time)             3 watermark            } good records only
 *   while nextFinal()         4 closing              (after 1 for bad ones, too)
 *   enter(key, time, …)       5 entering, 6 late     } good records only
 *   while nextUpdate()        5                      }
 *   noteAppend(appended)      for the next record's 1
 *
 * Times are whole ms from 0 to 8.64e15; values finite, up to 1e100 in magnitude; offsets ascend; keys are small
 * integers that the caller hands out and may use again once they are released.
 */
export class Engine {
  readonly result: WindowResult = emptyResult();
  /** Bit i: the entered record missed, or counts in, at least one window of definition i. */
  missed = 0;
  accepted = 0;
  declare private readonly settings: EngineSettings;
  declare private readonly watermark: Watermark;
  readonly #keys = new KeyActivity();
  declare private readonly definitions: Definitions;
  readonly #record = new Float64Array(RECORD.CELLS);
  /** Bit i: updates of definition i may be left to pull. */
  #changed = 0;

  /** @throws Error when settings make no sense */
  constructor(settings: EngineSettings) {
    checkSettings(settings);
    this.settings = settings;
    this.watermark = new Watermark(settings);
    this.definitions = new Definitions(settings, this.watermark);
  }

  /** -Infinity before the first good record. */
  get watermarkMs(): number {
    return this.watermark.presentMs;
  }

  /** Step 1: moves the watermark by the silence before a record. */
  silenceBefore(appendTimeMs: number): void {
    const watermarkMs = this.watermark.afterSilence(appendTimeMs);
    if (watermarkMs > this.watermark.presentMs)
      this.advance(Math.min(watermarkMs, this.definitions.closingWatermarkMs));
  }

  /** Remembers watermark and append time after a record, good or bad. */
  noteAppend(appendTimeMs: number): void {
    this.watermark.note(appendTimeMs);
  }

  /** The watermark if nothing was appended before a time, when it is worth an advance; otherwise the present one. Changes nothing. */
  silentWatermark(appendTimeMs: number): number {
    return silentWatermark(this.watermark, this.definitions, appendTimeMs);
  }

  /** Step 3: the watermark never moves back. */
  advance(timeMs: number): void {
    this.watermark.advance(timeMs);
  }

  /** Step 4: puts the next final result into `result`; false when none is due. By definition, then end, then the order in which windows were opened. */
  nextFinal(): boolean {
    if (this.definitions.dueMs > this.watermark.horizonMs) return false;
    this.definitions.takeFinal(this.result);
    return true;
  }

  /** Would a record of a key without windows enter any now? */
  canEnter(timeMs: number): boolean {
    return this.definitions.canEnter(timeMs);
  }

  /**
   * Step 5: counts a record and sets `missed` and `accepted`.
   * @throws Error when results of before have not been pulled
   */
  enter(key: number, timeMs: number, value: number, offset: number): void {
    // Short enough to be inlined wherever it is called; see record-cells.
    const record = this.#record;
    record[TIME] = timeMs;
    record[VALUE] = value + 0; // -0 + 0 is 0
    record[OFFSET] = offset;
    this.#enter(key);
  }

  /** Step 5: puts the next update of the entered record into `result`; false when none is left. */
  nextUpdate(): boolean {
    while (this.#changed !== 0) {
      const lowestBit = this.#changed & -this.#changed;
      const definition = 31 - Math.clz32(lowestBit);
      const sent = this.definitions.windows[definition]!.nextUpdate(this.result);
      if (sent !== SENT_MORE_MAY_FOLLOW) this.#changed ^= lowestBit;
      if (sent === SENT_NONE) continue;
      this.result.definition = definition;
      return true;
    }
    return false;
  }

  /** Has the key an open window, or a record that a window still to come could hold? */
  isActive(key: number): boolean {
    return this.#keys.isActive(key, this.watermark.horizonMs);
  }

  activeKeys(): number {
    return this.#keys.count(this.watermark.horizonMs);
  }

  /** Keys of definition `definition` (an index into the settings) below this may have windows. */
  keysKnown(definition: number): number {
    return this.definitions.windows[definition]!.keysKnown;
  }

  /** Open windows of the keys [fromKey, toKey): looks at each of them, some 50 ns, so in pieces and not for each record. */
  openWindows(definition: number, fromKey: number, toKey: number): number {
    return this.definitions.windows[definition]!.openCount(fromKey, toKey);
  }

  /** Drops the state of all keys that are not active; of none while final results wait to be pulled. */
  releaseInactive(onRelease: (key: number) => void): void {
    if (this.#owesFinals()) return;
    this.#keys.release(this.watermark.horizonMs, (key) => {
      this.definitions.release(key);
      onRelease(key);
    });
  }

  /** The whole state; not between the updates of one record. */
  snapshot(): Uint8Array {
    this.#checkUpdatesPulled('snapshot');
    return snapshotState(this.#state());
  }

  /** @throws Error when the bytes are no snapshot of this format, or one made under other settings */
  static restore(settings: EngineSettings, bytes: Uint8Array): Engine {
    const engine = new Engine(settings);
    restoreState(engine.#state(), bytes);
    return engine;
  }

  /** The state under other settings: definitions of the same name go on, others start empty or are dropped. */
  convert(settings: EngineSettings): Engine {
    this.#checkUpdatesPulled('convert');
    const engine = new Engine(settings);
    convertState(this.#state(), engine.#state());
    return engine;
  }

  #enter(key: number): void {
    const definitions = this.definitions;
    if (this.#changed !== 0 || this.#owesFinals()) this.#checkDrained('enter');
    const { windows } = definitions;
    const record = this.#record;
    record[EXPIRY] = Number.NEGATIVE_INFINITY;
    let missed = 0;
    let accepted = 0;
    let changed = 0;
    let all = 0;
    for (let i = 0; i < windows.length; i++) {
      const entry = windows[i]!.enter(key, record);
      all |= entry;
      // MISSED is bit 0, ACCEPTED bit 1, CHANGED bit 2.
      missed |= (entry & 1) << i;
      accepted |= ((entry >> 1) & 1) << i;
      changed |= ((entry >> 2) & 1) << i;
    }
    this.missed = missed;
    this.accepted = accepted;
    if (accepted === 0) return;
    this.#changed = changed;
    if ((all & QUEUED) !== 0) definitions.noteDue();
    this.#keys.entered(key, record);
  }

  #state(): EngineState {
    return {
      settings: this.settings,
      watermark: this.watermark,
      keys: this.#keys,
      definitions: this.definitions,
    };
  }

  #checkDrained(what: string): void {
    this.#checkUpdatesPulled(what);
    if (this.#owesFinals()) throw new Error(`${what}: final results are due, wanted all pulled by nextFinal`);
  }

  #owesFinals(): boolean {
    return this.definitions.dueMs <= this.watermark.horizonMs;
  }

  #checkUpdatesPulled(what: string): void {
    // Pulling goes on after the last update, once, before it knows that there is none.
    if (this.#changed === 0) return;
    throw new Error(`${what}: updates of the last record are left, wanted all pulled by nextUpdate`);
  }
}
