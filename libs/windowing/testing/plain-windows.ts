import type { EngineSettings, WindowDefinition } from '../src/index.ts';
import type { TestRecord } from './drive.ts';

/** A result as far as counting goes; the numbers have their own tests. */
export interface PlainResult {
  definition: number;
  key: number;
  startMs: number;
  endMs: number;
  count: number;
  minimum: number;
  maximum: number;
  earliest: number;
  latest: number;
  revision: number;
  isFinal: boolean;
  inputOffset: number;
}

interface PlainWindow {
  key: number;
  startMs: number;
  endMs: number;
  revision: number;
  sentMs: number;
  isClosed: boolean;
}

/**
 * The plain version of sliding, tumbling and hopping windows, for tests: all records are kept for ever, every window
 * is looked at for every record, each result is recomputed from all records.
 */
export class PlainWindows {
  readonly #settings: EngineSettings;
  readonly #windows: PlainWindow[][];
  readonly #records: TestRecord[] = [];
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#windows = settings.definitions.map(() => []);
  }

  enter(record: TestRecord): { results: PlainResult[]; missed: number; accepted: number } {
    this.#watermarkMs = Math.max(this.#watermarkMs, record.timeMs);
    const results: PlainResult[] = [];
    this.#settings.definitions.forEach((definition, i) => {
      const due = this.#windows[i]!.filter(
        (each) => !each.isClosed && this.#isClosed(definition, each.endMs),
      );
      for (const window of due.sort((a, b) => a.endMs - b.endMs)) {
        window.isClosed = true;
        if (definition.emit !== 'updates') results.push(this.#send(i, window, true));
      }
    });
    this.#records.push(record);
    let missed = 0;
    let accepted = 0;
    this.#settings.definitions.forEach((definition, i) => {
      for (const endMs of createdEnds(definition, record.timeMs)) {
        if (this.#isClosed(definition, endMs)) missed |= 1 << i;
        else this.#open(i, record.key, endMs);
      }
      const reachMs = definition.kind === 'sliding' ? record.timeMs + definition.sizeMs : record.timeMs;
      const holding = this.#windows[i]!.filter((each) => !each.isClosed && holds(definition, each, record));
      if (holding.length > 0 || (definition.kind === 'sliding' && !this.#isClosed(definition, reachMs))) {
        accepted |= 1 << i;
      }
      for (const window of holding.sort((a, b) => a.endMs - b.endMs)) {
        const { emit } = definition;
        const isDue =
          window.revision === 0 || this.#watermarkMs - window.sentMs >= this.#settings.updateIntervalMs;
        if (emit === 'updates' || (emit === 'both' && isDue)) results.push(this.#send(i, window, false));
      }
    });
    return { results, missed, accepted };
  }

  #isClosed({ kind }: WindowDefinition, endMs: number): boolean {
    const closesMs = endMs + this.#settings.graceMs;
    return kind === 'sliding' ? this.#watermarkMs > closesMs : this.#watermarkMs >= closesMs;
  }

  #open(definition: number, key: number, endMs: number): void {
    const windows = this.#windows[definition]!;
    if (windows.some((each) => each.key === key && each.endMs === endMs)) return;
    const startMs = endMs - this.#settings.definitions[definition]!.sizeMs;
    windows.push({ key, startMs, endMs, revision: 0, sentMs: 0, isClosed: false });
  }

  #send(definition: number, window: PlainWindow, isFinal: boolean): PlainResult {
    window.revision += 1;
    window.sentMs = this.#watermarkMs;
    const held = this.#records.filter((each) => holds(this.#settings.definitions[definition]!, window, each));
    held.sort((a, b) => a.timeMs - b.timeMs || a.offset - b.offset);
    const values = held.map(({ value }) => value);
    return {
      definition,
      key: window.key,
      startMs: window.startMs,
      endMs: window.endMs,
      count: held.length,
      minimum: Math.min(...values),
      maximum: Math.max(...values),
      earliest: values[0]!,
      latest: values.at(-1)!,
      revision: window.revision,
      isFinal,
      inputOffset: Math.max(...held.map(({ offset }) => offset)),
    };
  }
}

/** Ends of the windows that a record opens. */
function createdEnds({ kind, sizeMs, stepMs }: WindowDefinition, timeMs: number): number[] {
  if (kind === 'sliding') return [timeMs];
  const ends: number[] = [];
  for (let startMs = Math.floor(timeMs / stepMs) * stepMs; startMs + sizeMs > timeMs; startMs -= stepMs) {
    ends.push(startMs + sizeMs);
  }
  return ends;
}

function holds({ kind }: WindowDefinition, window: PlainWindow, { key, timeMs }: TestRecord): boolean {
  if (key !== window.key || timeMs < window.startMs) return false;
  return kind === 'sliding' ? timeMs <= window.endMs : timeMs < window.endMs;
}
