import { expect, test } from 'vitest';
import { canEndAt, holds, lastOpenMs, parseWindowName, startOf } from './window-shape.ts';

test.each([
  ['sliding-10s', { kind: 'sliding', sizeMs: 10_000, stepMs: 0 }],
  ['tumbling-1m', { kind: 'tumbling', sizeMs: 60_000, stepMs: 60_000 }],
  ['hopping-5m-1m', { kind: 'hopping', sizeMs: 300_000, stepMs: 60_000 }],
  ['session-1500ms', { kind: 'session', sizeMs: 1_500, stepMs: 0 }],
])('%s names its definition', (name, shape) => {
  expect(parseWindowName(name)).toEqual({ name, ...shape });
});

test.each([
  '',
  'sliding',
  'sliding-',
  'sliding-60s',
  'hopping-5m',
  'tumbling-1m-1m',
  'x-1m',
  'constructor-1s',
  'sliding-1s,sliding-2s',
])('"%s" names none', (name) => {
  expect(parseWindowName(name)).toBeUndefined();
});

// kind       held from 10 to 20     open, with a grace of 5, up to the watermark
test.each([
  ['sliding-10ms', [10, 20], 25],
  ['tumbling-10ms', [10, 19], 24],
  ['hopping-10ms-5ms', [10, 19], 24],
  ['session-3ms', [10, 20], 28],
] as const)('%s from 10 to 20 holds %j', (name, [first, last], lastOpen) => {
  const shape = parseWindowName(name)!;
  const held = Array.from({ length: 40 }, (_, timeMs) => timeMs).filter((timeMs) =>
    holds(shape, { startMs: 10, endMs: 20 }, timeMs),
  );
  expect([held[0], held.at(-1)]).toEqual([first, last]);
  expect(lastOpenMs(shape, 20, 5)).toBe(lastOpen);
});

test('an aligned window ends at a multiple of its step, a session begins where its records say', () => {
  const hopping = parseWindowName('hopping-20s-5s')!;
  expect([canEndAt(hopping, 25_000), canEndAt(hopping, 26_000), startOf(hopping, 25_000)]).toEqual([
    true,
    false,
    5_000,
  ]);
  const session = parseWindowName('session-30s')!;
  expect([canEndAt(session, 25_001), startOf(session, 25_001)]).toEqual([true, undefined]);
});
