import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from './checker-numbers.ts';
import { EngineRun } from './engine-run.ts';
import { atScale, timeLimits } from './engine-scale.ts';
import {
  type Action,
  anyKind,
  definitionsOf,
  hostileValue,
  longScenarios,
  type Scenario,
  settingsOf,
  shortScenarios,
} from './engine-scenarios.ts';
import { type OracleEvent, type OracleResult, WindowOracle } from './window-oracle.ts';

const AGGREGATES = ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'];
/** Records of each test: seven of them make the 100,000 of `npm test` and the 1,000,000 of a night. */
const RECORDS_MIN = atScale(15_000, 150_000);
/** Records in a short life and in a long one, a little below what fast-check's lengths come to. */
const SHORT_RECORDS = 36;
const LONG_RECORDS = 600;
const LIMITS = timeLimits();

let recordsInAll = 0;

describe('the engine gives what the oracle recomputes', () => {
  test.each([
    ['sliding', shortScenarios(settingsOf(definitionsOf('sliding', 20), 2)), SHORT_RECORDS],
    ['tumbling', shortScenarios(settingsOf(definitionsOf('tumbling', 20), 2)), SHORT_RECORDS],
    ['hopping', shortScenarios(settingsOf(definitionsOf('hopping', 20), 2)), SHORT_RECORDS],
    ['session', shortScenarios(settingsOf(definitionsOf('session', 12), 2)), SHORT_RECORDS],
    ['all kinds together', shortScenarios(settingsOf(anyKind(20), 5)), SHORT_RECORDS],
    ['hostile values', shortScenarios(settingsOf(anyKind(20), 3), hostileValue), SHORT_RECORDS],
    ['long lives, wide windows', longScenarios(settingsOf(anyKind(120), 3)), LONG_RECORDS],
  ])(
    '%s',
    (_name, scenarios, recordsEach) => {
      let records = 0;
      const property = fc.property(scenarios, (scenario) => {
        records += compareRuns(scenario);
      });
      // A fifth more runs than the average asks for: lengths are random.
      const numRuns = Math.ceil((1.2 * RECORDS_MIN) / recordsEach);
      fc.assert(property, { numRuns, ...LIMITS.property });
      expect(records).toBeGreaterThanOrEqual(RECORDS_MIN);
      recordsInAll += records;
    },
    LIMITS.testMs,
  );

  test('over as many records as the project promises', () => {
    expect(recordsInAll).toBeGreaterThanOrEqual(atScale(100_000, 1_000_000));
  });
});

/** @returns how many records both were given */
function compareRuns({ settings, startMs, hasAppendTime, happenings }: Scenario): number {
  const oracle = new WindowOracle(settings);
  const engine = new EngineRun(settings);
  let newestMs = startMs;
  let appendMs = 5_000;
  let offset = 0;
  for (const { shape, appendedMs, action } of happenings) {
    appendMs += appendedMs;
    const appendTimeMs = hasAppendTime ? appendMs : null;
    let event: OracleEvent;
    if (shape.kind === 'live') {
      event = { liveSilence: oracle.silentWatermark(appendMs) };
      if (event.liveSilence === -Infinity) continue;
    } else if (shape.kind === 'bad') {
      event = { offset: offset++, appendTimeMs, bad: true };
    } else {
      newestMs += shape.stepMs;
      const timeMs = Math.max(0, newestMs - shape.behindMs);
      event = { offset: offset++, appendTimeMs, key: `K${shape.key}`, timeMs, value: shape.value };
    }
    compareStep(oracle, engine, event);
    act(action, oracle, engine, appendMs);
  }
  return offset;
}

function compareStep(oracle: WindowOracle, engine: EngineRun, event: OracleEvent): void {
  const wanted = oracle.step(event);
  const found = engine.step(event);
  const where = () => JSON.stringify(event);
  if (found.watermarkMs !== wanted.watermarkMs) expect(found.watermarkMs, where()).toBe(wanted.watermarkMs);
  if (found.verdict !== wanted.verdict) expect(found.verdict, where()).toBe(wanted.verdict);
  if (found.late !== null || wanted.late !== null) expect(found.late, where()).toEqual(wanted.late);
  if (found.results.length + wanted.results.length === 0) return;
  // Order is promised within one symbol and definition.
  const wantedResults = inSeries(wanted.results);
  const foundResults = inSeries(found.results);
  expect(foundResults.map(identity), where()).toEqual(wantedResults.map(identity));
  const faults = wantedResults.map((result, i) => differences(wire(foundResults[i]!), result, AGGREGATES));
  expect(faults.flat(), where()).toEqual([]);
}

function act(action: Action, oracle: WindowOracle, engine: EngineRun, appendMs: number): void {
  if (action === 'release') engine.releaseInactive();
  if (action === 'restore')
    expect(engine.restore(), 'snapshot, restore, snapshot: the same bytes').toBe(true);
  if (action !== 'ask') return;
  expect(engine.activeKeys()).toBe(oracle.activeKeys());
  const askedMs = appendMs + 40;
  expect([oracle.watermarkMs, oracle.silentWatermark(askedMs)]).toContain(engine.silentWatermark(askedMs));
}

function inSeries<T extends { symbol: string; window: string }>(results: T[]): T[] {
  if (results.length < 2) return results;
  const groups = Map.groupBy(results, ({ symbol, window }) => `${symbol} ${window}`);
  return [...groups.keys()].sort().flatMap((name) => groups.get(name)!);
}

function identity(result: Omit<OracleResult, 'magnitude'>): string {
  const { symbol, window, windowStart, windowEnd, revision, isFinal, count } = result;
  return `${symbol} ${window} ${windowStart}..${windowEnd} r${revision}${isFinal ? '!' : ''} of ${count}`;
}

function wire(result: Omit<OracleResult, 'magnitude'>): Record<string, unknown> {
  const { windowStart, windowEnd, count, isFinal, inputOffset, ...same } = result;
  return {
    ...same,
    window_start: windowStart,
    window_end: windowEnd,
    record_count: count,
    is_final: isFinal,
    input_offset: inputOffset,
    schema_version: 1,
  };
}
