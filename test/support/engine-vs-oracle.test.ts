import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from './checker-numbers.ts';
import { EngineRun } from './engine-run.ts';
import {
  type OracleDefinition,
  type OracleEvent,
  type OracleResult,
  type OracleSettings,
  WindowOracle,
} from './window-oracle.ts';

const AGGREGATES = ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'];
const RUNS = { numRuns: 400, interruptAfterTimeLimit: 20_000 };

/** What happens to both between two events; `release`, `restore` and `ask` must change nothing. */
type Action = 'none' | 'release' | 'restore' | 'ask';
type Shape =
  | { kind: 'good'; key: number; stepMs: number; behindMs: number; value: number }
  | { kind: 'bad' }
  | { kind: 'live' };
interface Happening {
  shape: Shape;
  /** Since the record before. */
  appendedMs: number;
  action: Action;
}

const emit = fc.constantFrom('updates', 'final', 'both');
const sliding = fc
  .record({ sizeMs: fc.integer({ min: 1, max: 20 }), emit })
  .map(({ sizeMs, emit: mode }): OracleDefinition => {
    return { kind: 'sliding', name: `sliding-${sizeMs}`, sizeMs, stepMs: 0, emit: mode };
  });
const tumbling = fc
  .record({ sizeMs: fc.integer({ min: 1, max: 20 }), emit })
  .map(({ sizeMs, emit: mode }): OracleDefinition => {
    return { kind: 'tumbling', name: `tumbling-${sizeMs}`, sizeMs, stepMs: sizeMs, emit: mode };
  });
const hopping = fc
  .record({ stepMs: fc.integer({ min: 1, max: 6 }), steps: fc.integer({ min: 2, max: 5 }), emit })
  .map(({ stepMs, steps, emit: mode }): OracleDefinition => {
    return {
      kind: 'hopping',
      name: `hopping-${stepMs * steps}-${stepMs}`,
      sizeMs: stepMs * steps,
      stepMs,
      emit: mode,
    };
  });
const session = fc.integer({ min: 1, max: 12 }).map((sizeMs): OracleDefinition => {
  return { kind: 'session', name: `session-${sizeMs}`, sizeMs, stepMs: 0, emit: 'final' };
});
const anyKind = fc.oneof(sliding, tumbling, hopping, session);

function settingsOf(
  definition: fc.Arbitrary<OracleDefinition>,
  definitionsMax: number,
): fc.Arbitrary<OracleSettings> {
  return fc.record({
    windows: fc.uniqueArray(definition, {
      minLength: 1,
      maxLength: definitionsMax,
      selector: ({ name }) => name,
    }),
    graceMs: fc.integer({ min: 0, max: 15 }),
    idleTimeoutMs: fc.option(fc.integer({ min: 0, max: 30 })),
    updateIntervalMs: fc.integer({ min: 0, max: 8 }),
    maxKeys: fc.integer({ min: 1, max: 4 }),
  });
}

const price = fc.integer({ min: 1, max: 20_000 }).map((cents) => cents / 100);
const hostileValue = fc.oneof(
  price,
  fc.constantFrom(0, -0, 0.1, 1e100, -1e100, 1e15, -1e15, 1e-300, 5e-324, 123_456_789.000_001),
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
);

function happenings(value: fc.Arbitrary<number>): fc.Arbitrary<Happening[]> {
  const good = fc.record({
    kind: fc.constant('good' as const),
    key: fc.integer({ min: 0, max: 3 }),
    // Ties, small steps, and now and then a jump past everything that is open.
    stepMs: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 7, max: 80 }) },
    ),
    behindMs: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
    ),
    value,
  });
  const shape: fc.Arbitrary<Shape> = fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 1, arbitrary: fc.constant({ kind: 'bad' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'live' as const }) },
  );
  const appendedMs = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -2, max: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: 9, max: 120 }) },
  );
  const action = fc.constantFrom<Action>('none', 'none', 'none', 'release', 'restore', 'ask');
  return fc.array(fc.record({ shape, appendedMs, action }), { maxLength: 70, size: 'max' });
}

describe('the engine gives what the oracle recomputes', () => {
  test.each([
    ['sliding', settingsOf(sliding, 2)],
    ['tumbling', settingsOf(tumbling, 2)],
    ['hopping', settingsOf(hopping, 2)],
    ['session', settingsOf(session, 2)],
    ['all kinds together', settingsOf(anyKind, 5)],
  ])('%s windows', (_name, settings) => {
    fc.assert(fc.property(settings, happenings(price), fc.boolean(), compareRuns), RUNS);
  });

  test('with hostile values', () => {
    fc.assert(fc.property(settingsOf(anyKind, 3), happenings(hostileValue), fc.boolean(), compareRuns), RUNS);
  });
});

function compareRuns(settings: OracleSettings, happens: Happening[], hasAppendTime: boolean): void {
  const oracle = new WindowOracle(settings);
  const engine = new EngineRun(settings);
  let newestMs = 1000;
  let appendMs = 5000;
  let offset = 0;
  for (const { shape, appendedMs, action } of happens) {
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
}

function compareStep(oracle: WindowOracle, engine: EngineRun, event: OracleEvent): void {
  const wanted = oracle.step(event);
  const found = engine.step(event);
  const where = JSON.stringify(event);
  expect(found.watermarkMs, where).toBe(wanted.watermarkMs);
  expect(found.verdict, where).toBe(wanted.verdict);
  expect(found.late, where).toEqual(wanted.late);
  // Order is promised within one symbol and definition.
  const wantedResults = inSeries(wanted.results);
  const foundResults = inSeries(found.results);
  expect(foundResults.map(identity), where).toEqual(wantedResults.map(identity));
  const faults = wantedResults.map((result, i) => differences(wire(foundResults[i]!), result, AGGREGATES));
  expect(faults.flat(), where).toEqual([]);
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
