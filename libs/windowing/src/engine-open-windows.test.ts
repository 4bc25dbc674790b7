import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drive, hopping, session, settings, sliding, tumbling } from '../testing/drive.ts';
import { Engine } from './engine.ts';

const graceMs = 5;
const records = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 2 }),
    stepMs: fc.integer({ min: 0, max: 8 }),
    behindMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
  }),
  { minLength: 1, maxLength: 120 },
);

test.each([
  ['sliding', sliding(20), 1],
  ['tumbling', tumbling(20, 'updates'), 0],
  ['tumbling, with finals', tumbling(20, 'both'), 0],
  ['hopping', hopping(20, 5, 'updates'), 0],
  ['hopping, with finals', hopping(20, 5, 'both'), 0],
] as const)(
  '%s: the open windows are those that were sent and are not closed',
  (_name, definition, after) => {
    fc.assert(
      fc.property(records, (list) => {
        const engine = new Engine(settings([definition], { graceMs }));
        const ends = new Map<string, number>();
        let nowMs = 1_000;
        for (const [offset, { key, stepMs, behindMs }] of list.entries()) {
          nowMs += stepMs;
          for (const { endMs, key: of } of drive(engine, {
            key,
            timeMs: nowMs - behindMs,
            value: 1,
            offset,
          })) {
            ends.set(`${of} ${endMs}`, endMs);
          }
          const open = [...ends.values()].filter((endMs) => endMs + after > engine.watermarkMs - graceMs);
          const keys = engine.keysKnown(0);
          expect(keys).toBeGreaterThan(key);
          // In two pieces, as it is asked.
          expect(engine.openWindows(0, 0, 1) + engine.openWindows(0, 1, 1_000_000)).toBe(open.length);
        }
      }),
    );
  },
);

test('session: one for each stretch of a key that is not over', () => {
  const engine = new Engine(settings([tumbling(10), session(10)], { graceMs }));
  const counts = [
    [0, 0],
    [1, 4],
    [0, 30], // more than the gap after the first one of its key, which the watermark has closed
    [0, 15], // late, and a session of its own in between that is open yet
  ].map(([key, timeMs], offset) => {
    drive(engine, { key: key!, timeMs: timeMs!, value: 1, offset });
    return engine.openWindows(1, 0, engine.keysKnown(1));
  });
  expect(counts).toEqual([1, 2, 1, 2]);
});
