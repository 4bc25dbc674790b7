import { AlignedWindows } from './aligned-windows.ts';
import { checkSettings } from './check-settings.ts';
import { KeyActivity } from './key-activity.ts';
import { SessionWindows } from './session-windows.ts';
import { Silence } from './silence.ts';
import { SlidingWindows } from './sliding-windows.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import { readSettings, writeSettings } from './snapshot-settings.ts';
import type { EngineSettings, WindowDefinition, WindowResult } from './types.ts';
import { ACCEPTED, MISSED, type Windows } from './windows.ts';

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
  readonly #settings: EngineSettings;
  readonly #windows: Windows[];
  readonly #keys = new KeyActivity();
  #silence: Silence;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** Highest watermark − grace so far: a larger grace after a change of settings opens nothing again. */
  #horizonMs = Number.NEGATIVE_INFINITY;
  /** The definition whose updates are being pulled; past the last: none. */
  #updating: number;

  /** @throws Error when settings make no sense */
  constructor(settings: EngineSettings) {
    checkSettings(settings);
    this.#settings = settings;
    this.#windows = settings.definitions.map((each) => windowsOf(each, settings.updateIntervalMs));
    this.#silence = new Silence(settings.idleTimeoutMs);
    this.#updating = this.#windows.length;
  }

  /** -Infinity before the first good record. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Step 1: moves the watermark by the silence before a record. */
  silenceBefore(appendTimeMs: number): void {
    const watermarkMs = this.#silence.watermarkAt(appendTimeMs);
    if (watermarkMs > this.#watermarkMs) this.advance(Math.min(watermarkMs, this.#cap()));
  }

  /** Remembers watermark and append time after a record, good or bad. */
  noteAppend(appendTimeMs: number): void {
    this.#silence.note(this.#watermarkMs, appendTimeMs);
  }

  /**
   * The watermark if nothing was appended before a time, when it is worth an advance: a window that owes a final
   * result would close, or every open window would. Otherwise the present one. Changes nothing.
   */
  silentWatermark(appendTimeMs: number): number {
    const presentMs = this.#watermarkMs;
    const silentMs = this.#silence.watermarkAt(appendTimeMs);
    if (silentMs <= presentMs) return presentMs;
    const capMs = this.#cap();
    if (capMs <= presentMs || silentMs >= capMs) return Math.max(capMs, presentMs);
    return this.#owesFinals(silentMs - this.#settings.graceMs) ? silentMs : presentMs;
  }

  /** Step 3: the watermark never moves back. */
  advance(timeMs: number): void {
    if (timeMs > this.#watermarkMs) this.#watermarkMs = timeMs;
    const horizonMs = this.#watermarkMs - this.#settings.graceMs;
    if (horizonMs > this.#horizonMs) this.#horizonMs = horizonMs;
  }

  /** Step 4: puts the next final result into `result`; false when none is due. By definition, then end, then the order in which windows were opened. */
  nextFinal(): boolean {
    const windows = this.#windows;
    for (let i = 0; i < windows.length; i++) {
      if (windows[i]!.dueMs > this.#horizonMs) continue;
      this.result.definition = i;
      windows[i]!.takeFinal(this.result);
      return true;
    }
    return false;
  }

  /** Would a record of a key without windows enter any now? */
  canEnter(timeMs: number): boolean {
    for (const windows of this.#windows) if (windows.canEnter(timeMs, this.#horizonMs)) return true;
    return false;
  }

  /**
   * Step 5: counts a record and sets `missed` and `accepted`.
   * @throws Error when results of before have not been pulled
   */
  enter(key: number, timeMs: number, value: number, offset: number): void {
    this.#checkDrained('enter');
    const windows = this.#windows;
    const horizonMs = this.#horizonMs;
    let missed = 0;
    let accepted = 0;
    let expiryMs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < windows.length; i++) {
      const entry = windows[i]!.enter(key, timeMs, value + 0, offset, horizonMs); // -0 + 0 is 0
      if ((entry & MISSED) !== 0) missed |= 1 << i;
      if ((entry & ACCEPTED) === 0) continue;
      accepted |= 1 << i;
      expiryMs = Math.max(expiryMs, windows[i]!.expiryMs(key));
    }
    this.missed = missed;
    this.accepted = accepted;
    if (accepted === 0) return;
    this.#updating = 0;
    this.#keys.entered(key, expiryMs);
  }

  /** Step 5: puts the next update of the entered record into `result`; false when none is left. */
  nextUpdate(): boolean {
    const windows = this.#windows;
    while (this.#updating < windows.length) {
      this.result.definition = this.#updating;
      if (windows[this.#updating]!.nextUpdate(this.result, this.#watermarkMs)) return true;
      this.#updating++;
    }
    return false;
  }

  /** Has the key an open window, or a record that a window still to come could hold? */
  isActive(key: number): boolean {
    return this.#keys.isActive(key, this.#horizonMs);
  }

  activeKeys(): number {
    return this.#keys.count(this.#horizonMs);
  }

  /** Drops the state of all keys that are not active; of none while final results wait to be pulled. */
  releaseInactive(onRelease: (key: number) => void): void {
    if (this.#owesFinals(this.#horizonMs)) return;
    this.#keys.release(this.#horizonMs, (key) => {
      for (const windows of this.#windows) windows.release(key);
      onRelease(key);
    });
  }

  /** The whole state; not between the updates of one record. */
  snapshot(): Uint8Array {
    this.#checkUpdatesPulled('snapshot');
    const writer = new SnapshotWriter();
    writeSettings(writer, this.#settings);
    writer.numbers([this.#watermarkMs, this.#horizonMs, ...this.#silence.last]);
    const keys = this.#keys.keys();
    writer.number(keys.length);
    for (const key of keys) writer.numbers([key, this.#keys.expiryMs(key)]);
    for (const windows of this.#windows) windows.snapshot(writer);
    return writer.bytes();
  }

  /** @throws Error when the bytes are no snapshot of this format, or one made under other settings */
  static restore(settings: EngineSettings, bytes: Uint8Array): Engine {
    const engine = new Engine(settings);
    const reader = new SnapshotReader(bytes);
    readSettings(reader, settings);
    engine.#restoreTimes([reader.number(), reader.number(), reader.number(), reader.number()]);
    for (let keys = reader.number(); keys > 0; keys--) engine.#keys.entered(reader.number(), reader.number());
    settings.definitions.forEach(({ emit }, i) => {
      engine.#windows[i]!.restore(reader, engine.#horizonMs, emit !== 'updates');
    });
    reader.end();
    return engine;
  }

  /** The state under other settings: definitions of the same name go on, others start empty or are dropped. */
  convert(settings: EngineSettings): Engine {
    this.#checkUpdatesPulled('convert');
    const engine = new Engine(settings);
    engine.#restoreTimes([this.#watermarkMs, this.#horizonMs, ...this.#silence.last]);
    settings.definitions.forEach(({ name }, i) => {
      const old = this.#settings.definitions.findIndex((each) => each.name === name);
      if (old === -1) return;
      const writer = new SnapshotWriter();
      this.#windows[old]!.snapshot(writer);
      const owedFinals = this.#settings.definitions[old]!.emit !== 'updates';
      engine.#windows[i]!.restore(new SnapshotReader(writer.bytes()), engine.#horizonMs, owedFinals);
    });
    // Keys that lost their last window are still known to the caller: they have to be released.
    for (const key of this.#keys.keys()) {
      engine.#keys.entered(key, Math.max(...engine.#windows.map((windows) => windows.expiryMs(key))));
    }
    return engine;
  }

  #restoreTimes([watermarkMs, horizonMs, ...last]: number[]): void {
    this.#watermarkMs = watermarkMs!;
    this.#horizonMs = horizonMs!;
    this.#silence = new Silence(this.#settings.idleTimeoutMs, last);
  }

  /** The lowest watermark at which every open window is closed; -Infinity: none is open. */
  #cap(): number {
    let closesAllMs = Number.NEGATIVE_INFINITY;
    for (const windows of this.#windows) closesAllMs = Math.max(closesAllMs, windows.closesAllMs);
    return closesAllMs > this.#horizonMs ? closesAllMs + this.#settings.graceMs : Number.NEGATIVE_INFINITY;
  }

  #owesFinals(horizonMs: number): boolean {
    for (const windows of this.#windows) if (windows.dueMs <= horizonMs) return true;
    return false;
  }

  #checkDrained(what: string): void {
    this.#checkUpdatesPulled(what);
    if (this.#owesFinals(this.#horizonMs))
      throw new Error(`${what}: final results are due, wanted all pulled by nextFinal`);
  }

  #checkUpdatesPulled(what: string): void {
    if (this.#updating >= this.#windows.length) return;
    throw new Error(`${what}: updates of the last record are left, wanted all pulled by nextUpdate`);
  }
}

function windowsOf(definition: WindowDefinition, updateIntervalMs: number): Windows {
  switch (definition.kind) {
    case 'sliding':
      return new SlidingWindows(definition, updateIntervalMs);
    case 'session':
      return new SessionWindows(definition);
    default:
      return new AlignedWindows(definition, updateIntervalMs);
  }
}

function emptyResult(): WindowResult {
  return {
    definition: 0,
    key: 0,
    startMs: 0,
    endMs: 0,
    count: 0,
    total: 0,
    average: 0,
    minimum: 0,
    maximum: 0,
    earliest: 0,
    latest: 0,
    stddev: 0,
    revision: 0,
    isFinal: false,
    inputOffset: 0,
  };
}
