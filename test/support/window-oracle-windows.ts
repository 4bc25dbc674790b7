import type { Series, SeriesRecord } from './window-oracle-series.ts';
import type { OracleDefinition } from './window-oracle-types.ts';

/** An open window that holds at least one record. Both ends as they are sent. */
export interface OpenWindow {
  symbol: string;
  startMs: number;
  endMs: number;
  /** The lowest watermark at which it is closed. */
  closesAtMs: number;
  revision: number;
  /** Watermark when it was last sent. */
  sentAtMs: number;
  /** Sessions know their records by name: a closed session may lie within the same times. */
  members: SeriesRecord[];
}

/** What became of a record in one definition. */
export interface Entry {
  missed: boolean;
  accepted: boolean;
  /** The windows that it changed, by ascending end. */
  changed: OpenWindow[];
}

/** The open windows of one definition, straight from section 2 of the contract. */
export class DefinitionWindows {
  readonly definition: OracleDefinition;
  /** The first offset that counts: a definition added later starts with the next record. */
  readonly sinceOffset: number;
  readonly #open = new Map<string, OpenWindow[]>();
  /** No open window closes below this watermark: spares a look at every window for every record. */
  #nextCloseMs = Infinity;

  constructor(definition: OracleDefinition, sinceOffset: number) {
    this.definition = definition;
    this.sinceOffset = sinceOffset;
  }

  /** The lowest watermark at which a window with this end (session: last event time) is closed. */
  closesAt(endMs: number, graceMs: number): number {
    switch (this.definition.kind) {
      case 'sliding':
        return endMs + graceMs + 1;
      case 'session':
        return endMs + this.definition.sizeMs + graceMs + 1;
      default:
        return endMs + graceMs;
    }
  }

  /** The same as a definition under other settings; the open windows stay. */
  convert(definition: OracleDefinition, graceMs: number): DefinitionWindows {
    const converted = new DefinitionWindows(definition, this.sinceOffset);
    for (const [symbol, windows] of this.#open) {
      for (const window of windows) {
        window.closesAtMs = this.closesAt(window.endMs, graceMs);
        converted.#nextCloseMs = Math.min(converted.#nextCloseMs, window.closesAtMs);
      }
      converted.#open.set(symbol, windows);
    }
    return converted;
  }

  /** The lowest watermark at which every window now open is closed; null: none is open. */
  closesAllAt(): number | null {
    const times = [...this.#open.values()].flat().map((window) => window.closesAtMs);
    return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
  }

  hasOpen(symbol: string): boolean {
    return (this.#open.get(symbol) ?? []).length > 0;
  }

  /** Takes out the windows that a watermark closes; within one symbol by ascending end. */
  takeClosed(watermarkMs: number): OpenWindow[] {
    if (watermarkMs < this.#nextCloseMs) return [];
    const closed: OpenWindow[] = [];
    this.#nextCloseMs = Infinity;
    for (const [symbol, windows] of this.#open) {
      // By ascending end, so the first one closes first.
      if (windows[0]!.closesAtMs > watermarkMs) {
        this.#nextCloseMs = Math.min(this.#nextCloseMs, windows[0]!.closesAtMs);
        continue;
      }
      const kept = windows.filter((window) => window.closesAtMs > watermarkMs);
      closed.push(...windows.filter((window) => window.closesAtMs <= watermarkMs));
      if (kept.length === 0) this.#open.delete(symbol);
      else this.#open.set(symbol, kept);
      if (kept.length > 0) this.#nextCloseMs = Math.min(this.#nextCloseMs, kept[0]!.closesAtMs);
    }
    return closed;
  }

  /** Would a record of a key without any window enter one, now or to come? */
  wouldEnter(timeMs: number, watermarkMs: number, graceMs: number): boolean {
    const { kind, sizeMs } = this.definition;
    if (kind === 'sliding') return watermarkMs <= timeMs + sizeMs + graceMs;
    if (kind === 'session') return watermarkMs < this.closesAt(timeMs, graceMs);
    return this.#alignedEnds(timeMs).some((endMs) => watermarkMs < this.closesAt(endMs, graceMs));
  }

  /**
   * @param record must be in `windows[].members` afterwards for sessions only; other kinds find it in the series
   */
  enter(symbol: string, record: SeriesRecord, watermarkMs: number, graceMs: number): Entry {
    switch (this.definition.kind) {
      case 'sliding':
        return this.#enterSliding(symbol, record, watermarkMs, graceMs);
      case 'session':
        return this.#enterSession(symbol, record, watermarkMs, graceMs);
      default:
        return this.#enterAligned(symbol, record, watermarkMs, graceMs);
    }
  }

  records(window: OpenWindow, series: Series): SeriesRecord[] {
    const { kind } = this.definition;
    if (kind === 'session') return window.members;
    const lastMs = kind === 'sliding' ? window.endMs : window.endMs - 1;
    return series.between(window.startMs, lastMs, this.sinceOffset);
  }

  #enterSliding(symbol: string, record: SeriesRecord, watermarkMs: number, graceMs: number): Entry {
    const { timeMs } = record;
    const { sizeMs } = this.definition;
    const missed = watermarkMs >= this.closesAt(timeMs, graceMs);
    if (!missed) this.#findOrOpen(symbol, timeMs - sizeMs, timeMs, graceMs);
    const changed = this.#windowsOf(symbol).filter(
      (window) => window.endMs >= timeMs && window.endMs <= timeMs + sizeMs,
    );
    return { missed, accepted: watermarkMs <= timeMs + sizeMs + graceMs, changed };
  }

  #enterAligned(symbol: string, record: SeriesRecord, watermarkMs: number, graceMs: number): Entry {
    const ends = this.#alignedEnds(record.timeMs);
    const open = ends.filter((endMs) => watermarkMs < this.closesAt(endMs, graceMs));
    return {
      missed: open.length < ends.length,
      accepted: open.length > 0,
      changed: open.map((endMs) => this.#findOrOpen(symbol, endMs - this.definition.sizeMs, endMs, graceMs)),
    };
  }

  #enterSession(symbol: string, record: SeriesRecord, watermarkMs: number, graceMs: number): Entry {
    const { timeMs } = record;
    const gapMs = this.definition.sizeMs;
    const all = this.#windowsOf(symbol);
    const near = all.filter((open) => timeMs >= open.startMs - gapMs && timeMs <= open.endMs + gapMs);
    if (near.length === 0 && watermarkMs >= this.closesAt(timeMs, graceMs)) {
      return { missed: true, accepted: false, changed: [] };
    }
    // Open sessions lie apart, so their members in order of sessions are in order of time.
    const members = near.length === 1 ? near[0]!.members : near.flatMap((session) => session.members);
    const place = members.findLastIndex((member) => member.timeMs <= timeMs);
    members.splice(place + 1, 0, record);
    const endMs = members[members.length - 1]!.timeMs;
    const joined = {
      symbol,
      startMs: members[0]!.timeMs,
      endMs,
      closesAtMs: this.closesAt(endMs, graceMs),
      revision: 0,
      sentAtMs: -Infinity,
      members,
    };
    this.#set(symbol, [...all.filter((session) => !near.includes(session)), joined]);
    return { missed: false, accepted: true, changed: [joined] };
  }

  /** Ends of the aligned windows [start, start + size) that contain a time, ascending. */
  #alignedEnds(timeMs: number): number[] {
    const { sizeMs, stepMs } = this.definition;
    const ends: number[] = [];
    const lastStartMs = Math.floor(timeMs / stepMs) * stepMs;
    for (let startMs = lastStartMs; startMs > timeMs - sizeMs; startMs -= stepMs)
      ends.unshift(startMs + sizeMs);
    return ends;
  }

  #findOrOpen(symbol: string, startMs: number, endMs: number, graceMs: number): OpenWindow {
    const windows = this.#windowsOf(symbol);
    const found = windows.find((window) => window.endMs === endMs);
    if (found !== undefined) return found;
    const closesAtMs = this.closesAt(endMs, graceMs);
    const opened = { symbol, startMs, endMs, closesAtMs, revision: 0, sentAtMs: -Infinity, members: [] };
    this.#set(symbol, [...windows, opened]);
    return opened;
  }

  #windowsOf(symbol: string): OpenWindow[] {
    return this.#open.get(symbol) ?? [];
  }

  #set(symbol: string, windows: OpenWindow[]): void {
    windows.sort((a, b) => a.endMs - b.endMs);
    this.#open.set(symbol, windows);
    this.#nextCloseMs = Math.min(this.#nextCloseMs, windows[0]!.closesAtMs);
  }
}
