import { Engine, type EngineSettings } from '@meanwhile/windowing';
import type {
  OracleEvent,
  OracleLate,
  OracleResult,
  OracleSettings,
  OracleVerdict,
} from './window-oracle.ts';

/** What the engine gave for one event; `magnitude` is not its to give. */
export interface EngineStep {
  results: Omit<OracleResult, 'magnitude'>[];
  late: OracleLate | null;
  verdict: OracleVerdict;
  watermarkMs: number;
}

/** The product's engine behind the oracle's interface: what a caller must do by the engine's rules, and nothing more. */
export class EngineRun {
  readonly #settings: OracleSettings;
  #engine: Engine;
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #free: number[] = [];
  #results: EngineStep['results'] = [];

  constructor(settings: OracleSettings) {
    this.#settings = settings;
    this.#engine = new Engine(engineSettings(settings));
  }

  step(event: OracleEvent): EngineStep {
    this.#results = [];
    if ('liveSilence' in event) {
      this.#engine.advance(event.liveSilence);
      this.#takeFinals();
      return { results: this.#results, late: null, verdict: null, watermarkMs: this.#engine.watermarkMs };
    }
    if (event.appendTimeMs !== null) this.#engine.silenceBefore(event.appendTimeMs);
    this.#takeFinals();
    const [verdict, late] = 'bad' in event ? (['bad', null] as const) : this.#enter(event);
    if (event.appendTimeMs !== null) this.#engine.noteAppend(event.appendTimeMs);
    return { results: this.#results, late, verdict, watermarkMs: this.#engine.watermarkMs };
  }

  silentWatermark(appendTimeMs: number): number {
    return this.#engine.silentWatermark(appendTimeMs);
  }

  activeKeys(): number {
    return this.#engine.activeKeys();
  }

  releaseInactive(): void {
    this.#engine.releaseInactive((id) => {
      this.#ids.delete(this.#names[id]!);
      this.#free.push(id);
    });
  }

  /** Goes on with what a snapshot brings back. @returns whether a second snapshot has the same bytes */
  restore(): boolean {
    const bytes = this.#engine.snapshot();
    this.#engine = Engine.restore(engineSettings(this.#settings), bytes.slice());
    return Buffer.compare(this.#engine.snapshot(), bytes) === 0;
  }

  #enter(event: Extract<OracleEvent, { key: string }>): [OracleVerdict, OracleLate | null] {
    const engine = this.#engine;
    const { key, timeMs, value, offset } = event;
    engine.advance(timeMs);
    this.#takeFinals();
    const known = this.#ids.get(key);
    if (known === undefined || !engine.isActive(known)) {
      if (!engine.canEnter(timeMs)) return this.#late(event, this.#allDefinitions(), 0);
      if (engine.activeKeys() >= this.#settings.maxKeys) return ['too_many_keys', null];
    }
    engine.enter(known ?? this.#newId(key), timeMs, value, offset);
    const { missed, accepted } = engine;
    while (engine.nextUpdate()) this.#take();
    return this.#late(event, missed, accepted);
  }

  #late(
    event: Extract<OracleEvent, { key: string }>,
    missed: number,
    accepted: number,
  ): [OracleVerdict, OracleLate | null] {
    if (missed === 0) return ['averaged', null];
    const { key: symbol, value, timeMs, offset: inputOffset } = event;
    const { watermarkMs } = this.#engine;
    const late = {
      symbol,
      value,
      timeMs,
      watermarkMs,
      missed: this.#named(missed),
      accepted: this.#named(accepted),
      inputOffset,
    };
    return [accepted === 0 ? 'late' : 'partly_late', late];
  }

  #takeFinals(): void {
    while (this.#engine.nextFinal()) this.#take();
  }

  #take(): void {
    const { definition, key, startMs, endMs, ...values } = this.#engine.result;
    this.#results.push({
      symbol: this.#names[key]!,
      window: this.#settings.windows[definition]!.name,
      windowStart: startMs,
      windowEnd: endMs,
      ...values,
    });
  }

  #newId(key: string): number {
    const id = this.#free.pop() ?? this.#names.length;
    this.#names[id] = key;
    this.#ids.set(key, id);
    return id;
  }

  #allDefinitions(): number {
    return 2 ** this.#settings.windows.length - 1;
  }

  #named(bits: number): string[] {
    return this.#settings.windows.map(({ name }) => name).filter((_, i) => (bits & (1 << i)) !== 0);
  }
}

export function engineSettings(settings: OracleSettings): EngineSettings {
  const { windows, graceMs, updateIntervalMs, idleTimeoutMs } = settings;
  return { definitions: windows, graceMs, updateIntervalMs, idleTimeoutMs };
}
