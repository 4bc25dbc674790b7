import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drive,
  hopping,
  session,
  settings,
  sliding,
  type TestRecord,
  takeFinals,
  tumbling,
} from '../testing/drive.ts';
import { PlainWindows } from '../testing/plain-windows.ts';
import { Engine } from './engine.ts';
import type { EngineSettings, WindowDefinition } from './types.ts';

const size = fc.integer({ min: 1, max: 60 });
const emit = fc.constantFrom<WindowDefinition['emit']>('updates', 'final', 'both');
const aligned = fc.record({
  step: fc.integer({ min: 1, max: 20 }),
  times: fc.integer({ min: 1, max: 4 }),
  emit,
});
const definition: fc.Arbitrary<WindowDefinition> = fc.oneof(
  fc.tuple(size, emit).map(([sizeMs, mode]) => sliding(sizeMs, mode)),
  fc.tuple(size, emit).map(([sizeMs, mode]) => tumbling(sizeMs, mode)),
  aligned.map(({ step, times, emit: mode }) => hopping(step * times, step, mode)),
);
const others = {
  graceMs: fc.integer({ min: 0, max: 40 }),
  updateIntervalMs: fc.integer({ min: 0, max: 10 }),
  idleTimeoutMs: fc.option(fc.integer({ min: 0, max: 30 })),
};

function settingsOf(definitions: fc.Arbitrary<WindowDefinition>): fc.Arbitrary<EngineSettings> {
  const several = fc.uniqueArray(definitions, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
  return fc.record({ definitions: several, ...others });
}

const move = fc.record({
  key: fc.integer({ min: 0, max: 2 }),
  stepMs: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 200 }) },
  ),
  behindMs: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 90 }) },
  ),
  value: fc.integer({ min: -2_000, max: 20_000 }).map((cents) => cents / 100),
  quietMs: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4, max: 200 }) },
  ),
  disturbance: fc.constantFrom('nothing', 'nothing', 'restore', 'release', 'ask'),
});
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;
const moves = fc.array(move, { minLength: 1, maxLength: 150, size: 'max' });

function recordsOf(list: Move[]): TestRecord[] {
  let newestMs = 1_000;
  let appendTimeMs = 50_000;
  return list.map(({ key, stepMs, behindMs, value, quietMs }, offset) => {
    newestMs += stepMs;
    appendTimeMs += quietMs;
    return { key, timeMs: newestMs - behindMs, value, offset, appendTimeMs };
  });
}

describe('Engine', () => {
  test('gives what windows give that are recomputed from all records', () => {
    fc.assert(
      fc.property(settingsOf(definition), moves, (own, list) => {
        const engine = new Engine(own);
        const plain = new PlainWindows(own);
        for (const record of recordsOf(list)) {
          const wanted = plain.enter(record);
          // Silence has its own tests.
          const found = drive(engine, { ...record, appendTimeMs: null });
          expect(inSeries(found)).toMatchObject(inSeries(wanted.results));
          expect(found).toHaveLength(wanted.results.length);
          expect([engine.missed, engine.accepted]).toEqual([wanted.missed, wanted.accepted]);
        }
      }),
    );
  });

  test('restoring, releasing and asking at any point change no byte of any result', () => {
    const anyKind = fc.oneof(definition, size.map(session));
    fc.assert(
      fc.property(settingsOf(anyKind), moves, (own, list) => {
        const plain = new Engine(own);
        let disturbed = new Engine(own);
        recordsOf(list).forEach((record, i) => {
          expect(drive(disturbed, record)).toEqual(drive(plain, record));
          disturbed = disturb(disturbed, own, list[i]!.disturbance, record.appendTimeMs!);
        });
        plain.advance(1e6);
        disturbed.advance(1e6);
        expect(takeFinals(disturbed)).toEqual(takeFinals(plain));
      }),
    );
  });

  test('long ordered series of several lengths are exact through growing, shrinking and folding', () => {
    for (const sizeMs of [1, 7, 64, 500, 3000]) {
      const own = settings([sliding(sizeMs, 'both')], { graceMs: 20 });
      let engine = new Engine(own);
      for (let i = 0; i < 4_000; i++) {
        const results = drive(engine, { key: 5, timeMs: i, value: i % 1000, offset: i });
        const newest = results.at(-1)!;
        expect([newest.count, newest.earliest]).toEqual([
          Math.min(i, sizeMs) + 1,
          Math.max(0, i - sizeMs) % 1000,
        ]);
        for (const { endMs, count, total } of results) expect(total).toBe(sumOf(endMs - count + 1, endMs));
        if (i % 977 === 0) engine = Engine.restore(own, engine.snapshot());
      }
    }
  });

  test('finals of several keys come by definition, end, then order of opening', () => {
    const engine = new Engine(settings([tumbling(10, 'final'), sliding(4, 'final')]));
    const records = [
      [7, 104],
      [3, 102],
      [9, 104],
      [3, 104],
    ];
    records.forEach(([key, timeMs], offset) => {
      drive(engine, { key: key!, timeMs: timeMs!, value: 1, offset });
    });
    engine.advance(200);
    expect(takeFinals(engine).map(({ definition: of, endMs, key }) => [of, endMs, key])).toEqual([
      [0, 110, 7],
      [0, 110, 3],
      [0, 110, 9],
      [1, 102, 3],
      [1, 104, 7],
      [1, 104, 9],
      [1, 104, 3],
    ]);
  });

  test('results wait: entering before they are pulled is refused', () => {
    const engine = new Engine(settings([tumbling(10)]));
    engine.advance(100);
    engine.enter(0, 100, 1, 0);
    expect(() => engine.enter(0, 100, 1, 1)).toThrow('updates of the last record are left');
    expect(() => engine.snapshot()).toThrow('updates of the last record are left');
    while (engine.nextUpdate());
    engine.advance(200);
    expect(() => engine.enter(0, 200, 1, 1)).toThrow('final results are due');
    engine.releaseInactive(() => expect.unreachable());
    expect(takeFinals(Engine.restore(settings([tumbling(10)]), engine.snapshot()))).toEqual(
      takeFinals(engine),
    );
  });

  test('memory of dead records and keys is used again', () => {
    const own = settings([sliding(50, 'both'), tumbling(50), hopping(50, 10), session(50)]);
    const engine = new Engine(own);
    const sizes: number[] = [];
    for (let i = 0; i < 60_000; i++) {
      drive(engine, { key: Math.floor(i / 500) % 200, timeMs: i, value: 1, offset: i });
      if (i % 5_000 !== 4_999) continue;
      engine.releaseInactive(() => undefined);
      sizes.push(engine.snapshot().length);
    }
    expect(Math.max(...sizes)).toBeLessThan(1.5 * Math.min(...sizes));
  });
});

/** Order is promised within one key and definition. */
function inSeries<T extends { definition: number; key: number }>(results: T[]): T[] {
  return results.toSorted((a, b) => a.definition - b.definition || a.key - b.key);
}

function disturb(engine: Engine, own: EngineSettings, how: string, appendTimeMs: number): Engine {
  if (how === 'release') engine.releaseInactive((key) => expect(engine.isActive(key)).toBe(false));
  if (how === 'ask') {
    engine.silentWatermark(appendTimeMs + 50);
    expect(engine.activeKeys()).toBe([0, 1, 2].filter((key) => engine.isActive(key)).length);
  }
  if (how !== 'restore') return engine;
  const bytes = engine.snapshot();
  const restored = Engine.restore(own, bytes);
  expect(restored.snapshot()).toEqual(bytes);
  return restored;
}

/** Σ i % 1000 */
function sumOf(from: number, to: number): number {
  let sum = 0;
  for (let i = from; i <= to; i++) sum += i % 1000;
  return sum;
}
