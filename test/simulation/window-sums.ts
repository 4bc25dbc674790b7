import type { RecordCursor } from '@meanwhile/kafka';
import type { Json, Outbox, Processor, ProcessorFactory } from '@meanwhile/stream';

/** Output 0: results. Output 1: late records. */
export const WINDOW_MS = 500;
/** After so long without a record, time goes on without one. */
export const IDLE_MS = 500;

interface State {
  watermarkMs: number | null;
  /** Open windows: start, key, sum, count. */
  windows: [number, string, number, number][];
  totals: { read: number; results: number; late: number };
}

type Pending = { output: number; text: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Sums per key and tumbling window of event time: a small processor with all that the runtime must cope with. A record is
 * `<time>|<amount>|<extra results>`; one record may close many windows and give many results.
 */
export class WindowSums implements Processor {
  readonly #label: string;
  readonly #state: State;
  readonly #read = { read: 0, results: 0, late: 0 };
  readonly #onSilence: () => void;
  /** Results of the present record that the outbox had no room for. */
  #pending: Pending[] = [];

  constructor(label: string, state: State, onSilence: () => void) {
    this.#label = label;
    this.#state = state;
    this.#onSilence = onSilence;
  }

  get watermarkMs(): number {
    return this.#state.watermarkMs ?? Number.NEGATIVE_INFINITY;
  }

  get state(): State {
    return this.#state;
  }

  process(records: RecordCursor, outbox: Outbox): boolean {
    for (;;) {
      if (!this.#flush(outbox)) return false;
      if (outbox.isFull || !records.next()) return true;
      const { bytes, keyStart, keyEnd, valueStart, valueEnd, offset } = records;
      const key = decoder.decode(bytes.subarray(keyStart, keyEnd));
      const [time, amount, extra] = decoder
        .decode(bytes.subarray(valueStart, valueEnd))
        .split('|')
        .map(Number);
      this.#enter(key, { timeMs: time!, amount: amount!, extra: extra!, offset });
    }
  }

  /** Moves time on while there is a window to close. */
  silence(appendTimeMs: number, outbox: Outbox): boolean {
    if (this.#state.windows.length === 0) return this.#flush(outbox);
    const before = this.watermarkMs;
    const isDone = this.advance(appendTimeMs - IDLE_MS, outbox);
    if (this.watermarkMs > before) this.#onSilence();
    return isDone;
  }

  advance(watermarkMs: number, outbox: Outbox): boolean {
    // Nothing is silent before anything was heard.
    if (this.#state.watermarkMs !== null && watermarkMs > this.#state.watermarkMs) this.#moveTo(watermarkMs);
    return this.#flush(outbox);
  }

  takeSummary(): Json {
    const { totals } = this.#state;
    const read = { ...this.#read };
    totals.read += read.read;
    totals.results += read.results;
    totals.late += read.late;
    Object.assign(this.#read, { read: 0, results: 0, late: 0 });
    return { watermark: this.#state.watermarkMs, ...read, totals: { ...totals } };
  }

  snapshot(): Uint8Array {
    return encoder.encode(JSON.stringify(this.#state));
  }

  #enter(key: string, record: { timeMs: number; amount: number; extra: number; offset: number }): void {
    const { timeMs, amount, extra, offset } = record;
    this.#read.read++;
    this.#moveTo(Math.max(this.watermarkMs, timeMs));
    const start = Math.floor(timeMs / WINDOW_MS) * WINDOW_MS;
    if (start + WINDOW_MS <= this.watermarkMs) {
      this.#read.late++;
      this.#pending.push({ output: 1, text: `late ${key} ${offset}` });
      return;
    }
    let window = this.#state.windows.find(([s, k]) => s === start && k === key);
    if (!window) {
      window = [start, key, 0, 0];
      this.#state.windows.push(window);
      this.#state.windows.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
    }
    window[2] += amount;
    window[3]++;
    for (let i = 0; i <= extra; i++) {
      this.#give(`${this.#label} update ${key} ${start} ${window[2]} ${window[3]} at ${offset}.${i}`);
    }
  }

  #moveTo(watermarkMs: number): void {
    this.#state.watermarkMs = watermarkMs;
    const { windows } = this.#state;
    let closed = 0;
    while (closed < windows.length && windows[closed]![0] + WINDOW_MS <= watermarkMs) {
      const [start, key, sum, count] = windows[closed++]!;
      this.#give(`${this.#label} final ${key} ${start} ${sum} ${count}`);
    }
    windows.splice(0, closed);
  }

  #give(text: string): void {
    this.#read.results++;
    this.#pending.push({ output: 0, text });
  }

  #flush(outbox: Outbox): boolean {
    let given = 0;
    while (given < this.#pending.length && !outbox.isFull) {
      const { output, text } = this.#pending[given++]!;
      const value = encoder.encode(text);
      const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
      outbox.append(output, { key: null, value, ...bounds, timestampMs: 0 });
    }
    this.#pending.splice(0, given);
    return this.#pending.length === 0;
  }
}

export function windowSums(label: string, onSilence: () => void = () => {}): ProcessorFactory<WindowSums> {
  return {
    settings: { label },
    semanticsVersion: 1,
    create: (settings) =>
      new WindowSums(
        String(settings['label']),
        { watermarkMs: null, windows: [], totals: { read: 0, results: 0, late: 0 } },
        onSilence,
      ),
    restore: (settings, _partition, bytes) =>
      new WindowSums(String(settings['label']), JSON.parse(decoder.decode(bytes)), onSilence),
    convert: (processor, settings) => new WindowSums(String(settings['label']), processor.state, onSilence),
  };
}
