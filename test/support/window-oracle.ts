import { Series } from './window-oracle-series.ts';
import type {
  GoodRecord,
  OracleCounts,
  OracleEvent,
  OracleLate,
  OracleResult,
  OracleSettings,
  OracleStep,
  OracleVerdict,
} from './window-oracle-types.ts';
import { DefinitionWindows, type OpenWindow } from './window-oracle-windows.ts';

export type * from './window-oracle-types.ts';

/**
 * Section 2 of the contract for one input partition, written a second time and as plainly as possible: every
 * window is recomputed from its records, nothing is updated in place, sums are exact. It shares no code with
 * the product, so that an error has to be made twice to stay unseen.
 */
export class WindowOracle {
  readonly counts: OracleCounts = {
    read: 0,
    averaged: 0,
    partlyLate: 0,
    late: 0,
    deadLettered: 0,
    results: 0,
  };
  #settings: OracleSettings;
  #definitions: DefinitionWindows[];
  readonly #series = new Map<string, Series>();
  #watermarkMs = -Infinity;
  /** w0 and a0 of the contract: watermark and highest append time after the last record. */
  #watermarkAtLastMs = -Infinity;
  #highestAppendMs = -Infinity;
  #lastOffset = -1;
  #results: OracleResult[] = [];
  /** Counted since the watermark last moved or a record last entered; null: not yet. */
  #activeKeys: number | null = null;

  constructor(settings: OracleSettings) {
    this.#settings = settings;
    this.#definitions = settings.windows.map((definition) => new DefinitionWindows(definition, 0));
  }

  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  step(event: OracleEvent): OracleStep {
    this.#results = [];
    let late: OracleLate | null = null;
    let verdict: OracleVerdict = null;
    if ('liveSilence' in event) {
      this.#advance(event.liveSilence);
    } else {
      if (event.appendTimeMs !== null) this.#advance(this.silentWatermark(event.appendTimeMs));
      if ('bad' in event) verdict = 'bad';
      else [verdict, late] = this.#enter(event);
      this.#remember(event);
      this.#count(verdict);
    }
    this.counts.results += this.#results.length;
    return { results: this.#results, late, verdict, watermarkMs: this.#watermarkMs };
  }

  /** Definitions of the same name keep their windows, new ones start with the next record, others are dropped. */
  changeSettings(settings: OracleSettings): void {
    this.#definitions = settings.windows.map((definition) => {
      const kept = this.#definitions.find((windows) => windows.definition.name === definition.name);
      return kept === undefined
        ? new DefinitionWindows(definition, this.#lastOffset + 1)
        : kept.convert(definition, settings.graceMs);
    });
    this.#settings = settings;
    this.#activeKeys = null;
  }

  /** Step 1: the watermark if no record was appended before a time. */
  silentWatermark(appendTimeMs: number): number {
    const { idleTimeoutMs } = this.#settings;
    if (idleTimeoutMs === null || !this.#canBeSilent()) return this.#watermarkMs;
    const idle = this.#watermarkAtLastMs + (appendTimeMs - this.#highestAppendMs) - idleTimeoutMs;
    // Nearly always: the cap, a look at every open window, could not change it.
    if (idle <= this.#watermarkMs) return this.#watermarkMs;
    const cap = this.cap();
    return cap === null ? this.#watermarkMs : Math.max(this.#watermarkMs, Math.min(cap, idle));
  }

  /** The append time at which silence would lift the watermark to a value; null: no silence can. */
  silenceNeededFor(watermarkMs: number): number | null {
    const { idleTimeoutMs } = this.#settings;
    const cap = this.cap();
    if (idleTimeoutMs === null || cap === null || watermarkMs > cap || !this.#canBeSilent()) return null;
    return watermarkMs - this.#watermarkAtLastMs + this.#highestAppendMs + idleTimeoutMs;
  }

  /** The lowest watermark at which every window now open is closed; null: none is open. */
  cap(): number | null {
    const caps = this.#definitions.map((windows) => windows.closesAllAt()).filter((cap) => cap !== null);
    return caps.length === 0 ? null : Math.max(...caps);
  }

  /** Keys that have an open window, or a record that a window still to come could hold. */
  activeKeys(): number {
    this.#activeKeys ??= [...this.#series.keys()].filter((key) => this.#isActive(key)).length;
    return this.#activeKeys;
  }

  #canBeSilent(): boolean {
    return this.#watermarkAtLastMs !== -Infinity && this.#highestAppendMs !== -Infinity;
  }

  /** Steps 3 to 6. */
  #enter(record: GoodRecord): [OracleVerdict, OracleLate | null] {
    this.#advance(record.timeMs);
    const { graceMs, maxKeys } = this.#settings;
    const { key, timeMs, offset, value } = record;
    const watermarkMs = this.#watermarkMs;
    const wouldEnter = this.#definitions.some((each) => each.wouldEnter(timeMs, watermarkMs, graceMs));
    if (wouldEnter && !this.#isActive(key) && this.#isFull(maxKeys)) return ['too_many_keys', null];

    this.#activeKeys = null;
    const series = this.#series.get(key) ?? new Series();
    this.#series.set(key, series);
    const stored = series.add(timeMs, offset, value);
    const missed: string[] = [];
    const accepted: string[] = [];
    for (const windows of this.#definitions) {
      const entry = windows.enter(key, stored, watermarkMs, graceMs);
      if (entry.missed) missed.push(windows.definition.name);
      if (entry.accepted) accepted.push(windows.definition.name);
      for (const window of entry.changed) this.#update(windows, window);
    }
    if (missed.length === 0) return ['averaged', null];
    const late = { symbol: key, value, timeMs, watermarkMs, missed, accepted, inputOffset: offset };
    return [accepted.length === 0 ? 'late' : 'partly_late', late];
  }

  #isFull(maxKeys: number): boolean {
    return this.#series.size >= maxKeys && this.activeKeys() >= maxKeys;
  }

  #isActive(key: string): boolean {
    const records = this.#series.get(key)?.records ?? [];
    return this.#definitions.some((windows) => {
      if (windows.hasOpen(key)) return true;
      if (windows.definition.kind !== 'sliding') return false;
      const { sizeMs } = windows.definition;
      const reachMs = this.#watermarkMs - sizeMs - this.#settings.graceMs;
      const newest = records.findLast((record) => record.offset >= windows.sinceOffset);
      return newest !== undefined && newest.timeMs >= reachMs;
    });
  }

  /** Steps 3 and 4: the watermark never moves back; what it closes gets its final result. */
  #advance(watermarkMs: number): void {
    if (watermarkMs > this.#watermarkMs) this.#activeKeys = null;
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    for (const windows of this.#definitions) {
      const { kind, emit } = windows.definition;
      for (const closed of windows.takeClosed(this.#watermarkMs)) {
        if (kind === 'session' || emit !== 'updates') this.#send(windows, closed, true);
      }
    }
  }

  #update(windows: DefinitionWindows, window: OpenWindow): void {
    const { kind, emit } = windows.definition;
    if (kind === 'session' || emit === 'final') return;
    const movedMs = this.#watermarkMs - window.sentAtMs;
    const isDue = window.revision === 0 || movedMs >= this.#settings.updateIntervalMs;
    if (emit === 'updates' || isDue) this.#send(windows, window, false);
  }

  #send(windows: DefinitionWindows, window: OpenWindow, isFinal: boolean): void {
    window.revision += 1;
    window.sentAtMs = this.#watermarkMs;
    const series = this.#series.get(window.symbol)!;
    this.#results.push({
      symbol: window.symbol,
      window: windows.definition.name,
      windowStart: window.startMs,
      windowEnd: window.endMs,
      ...series.statistics(windows.records(window, series)),
      revision: window.revision,
      isFinal,
    });
  }

  #remember(event: { offset: number; appendTimeMs: number | null }): void {
    this.#watermarkAtLastMs = this.#watermarkMs;
    if (event.appendTimeMs !== null) {
      this.#highestAppendMs = Math.max(this.#highestAppendMs, event.appendTimeMs);
    }
    this.#lastOffset = event.offset;
  }

  #count(verdict: OracleVerdict): void {
    this.counts.read += 1;
    if (verdict === 'late') this.counts.late += 1;
    else if (verdict === 'averaged' || verdict === 'partly_late') this.counts.averaged += 1;
    else this.counts.deadLettered += 1;
    if (verdict === 'partly_late') this.counts.partlyLate += 1;
  }
}

export interface OracleOutput {
  results: OracleResult[];
  late: OracleLate[];
  /** Offsets of the records that became dead letters because the table of keys was full. */
  tooManyKeys: number[];
  /** After each event. */
  watermarks: number[];
  counts: OracleCounts;
}

/** Everything that a partition gives, from its first record on. */
export function runOracle(settings: OracleSettings, events: Iterable<OracleEvent>): OracleOutput {
  const oracle = new WindowOracle(settings);
  const output: OracleOutput = {
    results: [],
    late: [],
    tooManyKeys: [],
    watermarks: [],
    counts: oracle.counts,
  };
  for (const event of events) {
    const step = oracle.step(event);
    output.results.push(...step.results);
    if (step.late !== null) output.late.push(step.late);
    if (step.verdict === 'too_many_keys' && 'offset' in event) output.tooManyKeys.push(event.offset);
    output.watermarks.push(step.watermarkMs);
  }
  return output;
}
