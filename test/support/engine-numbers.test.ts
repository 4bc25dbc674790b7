import { Engine, type WindowResult } from '@meanwhile/windowing';
import { expect, test } from 'vitest';
import { differences } from './checker-numbers.ts';
import { hardValue, PHASE_RECORDS, PHASES, phaseAt, SPIKE_EVERY } from './engine-number-series.ts';
import { atScale, timeLimits } from './engine-scale.ts';
import { Series } from './window-oracle-series.ts';

const SLIDES = atScale(1_000_000, 100_000_000);
/** A record each ms: windows of a hundred records. */
const SIZE_MS = 100;
const STEP_MS = 20;
const AGGREGATES = ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'];
const DEFINITIONS = [
  { kind: 'sliding', name: 'sliding', sizeMs: SIZE_MS - 1, stepMs: 0, emit: 'updates' },
  { kind: 'hopping', name: 'hopping', sizeMs: SIZE_MS, stepMs: STEP_MS, emit: 'final' },
] as const;

// prices │ spikes of ±1e15 │ +x, -x │ equal values │ 1e9 + cents │ prices …     20,000 records of each
test(
  'nothing drifts: every window is within the contract of exact arithmetic, whatever has left it',
  () => {
    const engine = new Engine({
      definitions: [...DEFINITIONS],
      graceMs: 0,
      updateIntervalMs: 0,
      idleTimeoutMs: null,
    });
    const seen = new Seen();
    for (let index = 0; index < SLIDES; index++) {
      engine.advance(index);
      while (engine.nextFinal()) seen.look(engine.result, index - 1);
      engine.enter(0, index, hardValue(index), index);
      while (engine.nextUpdate()) seen.look(engine.result, index);
    }
    expect(seen.results).toBe(SLIDES + Math.floor((SLIDES - 1) / STEP_MS));
    expect(seen.faults).toEqual([]);
    // A sample of every phase, those included where a spike has just left.
    const phases = PHASES.map((phase) => [phase, seen.samples.get(phase) ?? 0] as const);
    for (const [phase, count] of phases) expect(count, phase).toBeGreaterThan(SLIDES / 50_000);
    expect(seen.equalWindows).toBeGreaterThan(SLIDES / 8);
  },
  timeLimits().testMs,
);

class Seen {
  results = 0;
  equalWindows = 0;
  readonly samples = new Map<string, number>();
  readonly faults: string[] = [];

  look(result: WindowResult, lastIndex: number): void {
    this.results++;
    const { average, minimum, maximum, stddev } = result;
    // Written so that NaN is a fault, too.
    if (!(minimum <= average && average <= maximum && stddev >= 0)) this.#fault('out of bounds', result);
    if (minimum === maximum) {
      this.equalWindows++;
      if (stddev !== 0) this.#fault('deviation of equal values', result);
    }
    if (isSampled(lastIndex, result.definition)) this.#compare(result, lastIndex);
  }

  #compare(result: WindowResult, lastIndex: number): void {
    const phase = phaseAt(lastIndex);
    this.samples.set(phase, (this.samples.get(phase) ?? 0) + 1);
    const series = new Series();
    const { definition, startMs, endMs, revision, isFinal } = result;
    const lastMs = definition === 0 ? endMs : endMs - 1;
    for (let index = Math.max(0, startMs); index <= lastMs; index++)
      series.add(index, index, hardValue(index));
    const wanted = {
      symbol: 'S',
      window: DEFINITIONS[definition]!.name,
      windowStart: startMs,
      windowEnd: endMs,
      ...series.statistics(series.records),
      revision,
      isFinal,
    };
    for (const fault of differences(wire(result), wanted, AGGREGATES)) this.#fault(fault, result);
  }

  #fault(text: string, result: WindowResult): void {
    if (this.faults.length < 20) this.faults.push(`${text}: ${JSON.stringify(result)}`);
  }
}

/** Spread over all phases; more where one has just begun, and in the windows that a spike has just left. */
function isSampled(lastIndex: number, definition: number): boolean {
  if (lastIndex % 9_973 === 0) return true;
  if (definition === 1) return lastIndex % 3_331 < STEP_MS && lastIndex % 7 === 0;
  const inPhase = lastIndex % PHASE_RECORDS;
  if (SLIDES > 1e7 && Math.floor(lastIndex / PHASE_RECORDS) % 100 !== 99) return false;
  return inPhase < 3 || inPhase === SIZE_MS || (inPhase % SPIKE_EVERY === SIZE_MS && inPhase % 2_500 < 1_000);
}

function wire({
  startMs,
  endMs,
  count,
  isFinal,
  inputOffset,
  ...same
}: WindowResult): Record<string, unknown> {
  return {
    ...same,
    symbol: 'S',
    window: DEFINITIONS[same.definition]!.name,
    window_start: startMs,
    window_end: endMs,
    record_count: count,
    is_final: isFinal,
    input_offset: inputOffset,
    schema_version: 1,
  };
}
