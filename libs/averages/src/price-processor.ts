import type { RecordCursor } from '@meanwhile/kafka';
import { PriceScanner } from '@meanwhile/records';
import type { Json, Outbox, Processor } from '@meanwhile/stream';
import type { Engine } from '@meanwhile/windowing';
import type { ActiveKeys } from './active-keys.ts';
import type { ProcessorInput } from './processor-input.ts';
import { encodeState, type ProcessorState } from './processor-state.ts';
import { ResultOutput } from './result-output.ts';
import type { ResultSettings } from './result-settings.ts';
import { SideOutputs } from './side-outputs.ts';
import { StretchSummary } from './stretch-summary.ts';

/** Where the present record is: a full outbox may interrupt it at any result. */
type Stage = 'read' | 'finals' | 'updates';

/**
 * Prices of one input partition → averages, late records, dead letters. A record's way is the
 * contract's: silence → scan → watermark → final results of closed windows → enter → updates.
 */
export class PriceProcessor implements Processor {
  readonly settings: ResultSettings;
  readonly scanner: PriceScanner;
  readonly #engine: Engine;
  readonly #keys: ActiveKeys;
  readonly #results: ResultOutput;
  readonly #side: SideOutputs;
  readonly #summary: StretchSummary;
  readonly #input: ProcessorInput;
  #stage: Stage = 'read';
  #isGood = false;
  /** Of the newest live silence that moved the watermark. */
  #silentUntilMs = Number.NEGATIVE_INFINITY;

  constructor(settings: ResultSettings, state: ProcessorState, input: ProcessorInput) {
    this.settings = settings;
    this.scanner = new PriceScanner(settings, settings.maxAheadMs);
    this.#engine = state.engine;
    this.#keys = state.keys;
    this.#summary = new StretchSummary(state.totals);
    this.#input = input;
    this.#results = new ResultOutput(settings, state.keys, state.timestampMs);
    this.#side = new SideOutputs(settings, input);
  }

  get watermarkMs(): number {
    return this.#engine.watermarkMs;
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  /**
   * Counts the open windows of a definition (an index into the settings), some keys at each step: so that whoever asks for metrics
   * does not hold up the records.
   */
  *openWindows(definition: number, keysPerStep: number): Generator<number> {
    for (let key = 0; key < this.#engine.keysKnown(definition); key += keysPerStep) {
      yield this.#engine.openWindows(definition, key, key + keysPerStep);
    }
  }

  /** The highest watermark to which a live silence may have moved it, if nothing was appended before a time; the present one: no silence. */
  silentWatermark(appendTimeMs: number): number {
    return this.#engine.silentWatermark(appendTimeMs);
  }

  process(records: RecordCursor, outbox: Outbox): boolean {
    for (;;) {
      if (this.#stage === 'read') {
        if (outbox.isFull || !records.next()) return true; // a record boundary
        this.#begin(records);
        this.#stage = 'finals';
      }
      if (this.#stage === 'finals') {
        if (!this.#sendFinals(outbox)) return false;
        this.#enter(records, outbox);
        this.#stage = 'updates';
      }
      if (this.#isGood && !this.#sendUpdates(outbox)) return false;
      // What the next record's silence counts from: the watermark after every record, the append time where there is one.
      this.#engine.noteAppend(records.isLogAppendTime ? records.timestampMs : Number.NEGATIVE_INFINITY);
      this.#stage = 'read';
    }
  }

  silence(appendTimeMs: number, outbox: Outbox): boolean {
    const watermarkMs = this.#engine.silentWatermark(appendTimeMs);
    if (watermarkMs > this.watermarkMs) this.#silentUntilMs = appendTimeMs;
    return this.advance(watermarkMs, outbox);
  }

  advance(watermarkMs: number, outbox: Outbox): boolean {
    if (watermarkMs > this.#engine.watermarkMs) this.#engine.advance(watermarkMs);
    return this.#sendFinals(outbox);
  }

  takeSummary(): Json {
    return this.#summary.take(this.watermarkMs);
  }

  /** What another processor goes on from; only at a record boundary, right after takeSummary(). */
  get state(): ProcessorState {
    return {
      engine: this.#engine,
      keys: this.#keys,
      totals: this.#summary.totals,
      timestampMs: this.#results.timestampMs,
    };
  }

  snapshot(): Uint8Array {
    return encodeState(this.state);
  }

  /** Steps 1 to 3: silence, bad input, watermark. */
  #begin(records: RecordCursor): void {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs } = records;
    this.#summary.counts.read++;
    if (records.isLogAppendTime) {
      this.#engine.silenceBefore(timestampMs);
      this.#summary.appendTimes.note(timestampMs);
      if (timestampMs < this.#silentUntilMs) this.#input.onSilenceContradicted();
    } else this.#input.onNoAppendTime();
    this.#isGood = this.scanner.scan(bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs);
    if (this.#isGood) this.#engine.advance(this.scanner.timeMs);
    this.#results.timestampMs = Math.max(0, timestampMs);
  }

  /** Steps 5 and 6: the record enters its windows and is late for those that it missed, or it is a dead letter. */
  #enter(records: RecordCursor, outbox: Outbox): void {
    if (!this.#isGood) {
      this.#refuse(records, outbox);
      return;
    }
    const engine = this.#engine;
    const { timeMs, value } = this.scanner;
    const { bytes, keyStart, keyEnd, offset } = records;
    let key = this.#keys.activeId(bytes, keyStart, keyEnd);
    if (key === -1 && !engine.canEnter(timeMs)) {
      this.#isGood = false; // no windows, so no updates
      this.#countLate(outbox, records, 2 ** this.settings.windows.length - 1, 0);
      return;
    }
    if (key === -1) key = this.#keys.admit(bytes, keyStart, keyEnd);
    if (key === -1) {
      this.#isGood = false;
      this.scanner.reason = 'too_many_keys';
      this.scanner.detail = `${this.settings.maxKeys} keys are active in this partition, MAX_KEYS allows no more`;
      this.#refuse(records, outbox);
      return;
    }
    engine.enter(key, timeMs, value, offset);
    if (engine.missed === 0) this.#summary.counts.averaged++;
    else this.#countLate(outbox, records, engine.missed, engine.accepted);
  }

  /** A record that missed at least one window: late if it entered none. */
  #countLate(outbox: Outbox, records: RecordCursor, missed: number, accepted: number): void {
    const { timeMs, value } = this.scanner;
    if (accepted === 0) this.#summary.counts.late++;
    else {
      this.#summary.counts.averaged++;
      this.#summary.counts.partly_late++;
    }
    this.#side.late(outbox, records, { timeMs, value, watermarkMs: this.watermarkMs, missed, accepted });
  }

  #refuse(records: RecordCursor, outbox: Outbox): void {
    this.#summary.counts.dead_lettered++;
    this.#side.deadLetter(outbox, records, this.scanner.reason!, this.scanner.detail);
  }

  #sendFinals(outbox: Outbox): boolean {
    while (!outbox.isFull) {
      if (!this.#engine.nextFinal()) return true;
      this.#send(outbox);
    }
    return false;
  }

  #sendUpdates(outbox: Outbox): boolean {
    while (!outbox.isFull) {
      if (!this.#engine.nextUpdate()) return true;
      this.#send(outbox);
    }
    return false;
  }

  #send(outbox: Outbox): void {
    this.#results.append(outbox, this.#engine.result);
    this.#summary.counts.results++;
  }
}
