import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATE } from './aggregate.ts';
import { emptyResult } from './fill-result.ts';
import { KeyRings, RING } from './key-rings.ts';
import { restoreCursor, restoreRings, snapshotCursor, snapshotRings } from './ring-snapshot.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import { CURSOR, WindowCursor } from './window-cursor.ts';

const SIZE_MS = 12;
const RECORD_CELLS = 3;
const { HEAD, TAIL } = RING;

type Step =
  | { act: 'append'; value: number; stepMs: number }
  | { act: 'insert'; value: number; share: number }
  | { act: 'fill'; skip: number }
  | { act: 'drop' };

const value = fc.integer({ min: -100, max: 100 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('append' as const),
      value,
      stepMs: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('insert' as const), value, share }) },
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constant('fill' as const), skip: fc.constantFrom(0, 0, 0, 1, 3) }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'drop' as const }) },
);

/** A ring with a cursor, and the position of the window to be asked for next. */
interface Series {
  rings: KeyRings;
  ring: number;
  cursor: WindowCursor;
  next: number;
}

describe('WindowCursor', () => {
  test('gives what adding up each window gives, and goes on alike after a restore', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 150, size: 'max' }), checkSteps));
  });

  test('goes on where fewer slots are known than a window needs', () => {
    const series = emptySeries();
    for (let i = 0; i < 21; i++) append(series, i, i, i);
    // As a snapshot may have it: the window of 18 begins at 6, before the first slot.
    series.cursor.restore(series.ring, 8, 10, 18);
    const unknown = series.rings.at(series.ring, 6) + RECORD_CELLS;
    series.rings.cells.fill(1e9, unknown, unknown + AGGREGATE.CELLS);
    for (let position = 18; position < 21; position++) checkWindow(series, position);
  });

  test('keeps its place when positions come down', () => {
    const series = emptySeries();
    const { rings, ring, cursor } = series;
    rings.append(ring);
    rings.ints[ring + HEAD] = 2 ** 30 + 5;
    rings.ints[ring + TAIL] = 2 ** 30 + 5;
    for (let i = 0; i < 40; i++) append(series, i * 2, i, i);
    for (let i = 0; i < 20; i++) checkWindow(series, 2 ** 30 + 5 + i);
    const shift = rings.rebase(ring);
    cursor.dropped(ring, shift);
    expect(cursor.high(ring)).toBeLessThan(128);
    for (let i = 20; i < 40; i++) checkWindow(series, 2 ** 30 + 5 + i - shift);
  });
});

function emptySeries(): Series {
  const rings = new KeyRings(RECORD_CELLS + AGGREGATE.CELLS, CURSOR.INTS);
  const ring = rings.ring(1);
  return { rings, ring, cursor: new WindowCursor(SIZE_MS, rings, RECORD_CELLS, RING.INTS), next: 0 };
}

function append({ rings, ring }: Series, timeMs: number, value: number, offset: number): void {
  const at = rings.append(ring);
  rings.cells.set([timeMs, value, offset], at);
}

function checkSteps(steps: Step[]): void {
  let series = emptySeries();
  let newestMs = 100;
  steps.forEach((action, offset) => {
    const { rings, ring, cursor } = series;
    const head = rings.ints[ring + HEAD]!;
    const tail = rings.ints[ring + TAIL]!;
    if (action.act === 'append') {
      newestMs += action.stepMs;
      append(series, newestMs, action.value, offset);
    } else if (action.act === 'insert' && tail > head) {
      // At the time of the entry before which it goes: the order of times stays.
      const position = Math.max(tail - 1 - Math.floor(action.share * 10), head);
      const timeMs = rings.cells[rings.at(ring, position)]!;
      const at = rings.insert(ring, position);
      rings.cells.set([timeMs, action.value, offset], at);
      cursor.inserted(ring, position);
      series.next = Math.min(series.next, position);
    } else if (action.act === 'fill' && series.next < tail) {
      const position = Math.min(series.next + action.skip, tail - 1);
      checkWindow(series, position);
      series.next = position + 1;
    } else if (action.act === 'drop' && tail > head) {
      const fromMs = rings.cells[rings.at(ring, Math.min(series.next, tail - 1))]! - SIZE_MS;
      let alive = head;
      while (rings.cells[rings.at(ring, alive)]! < fromMs) alive++;
      rings.dropBefore(ring, alive);
      series = restored(series);
    }
  });
}

function checkWindow({ rings, ring, cursor }: Series, position: number): void {
  const result = emptyResult();
  cursor.fill(result, ring, position);
  const times = (at: number) => rings.cells[at]!;
  const last = rings.at(ring, position);
  const startMs = times(last) - SIZE_MS;
  const entries: number[] = [];
  for (let i = rings.ints[ring + HEAD]!; i <= position; i++) {
    if (times(rings.at(ring, i)) >= startMs) entries.push(rings.at(ring, i));
  }
  const values = entries.map((at) => rings.cells[at + 1]!);
  const total = values.reduce((a, b) => a + b, 0);
  expect(result).toMatchObject({
    startMs,
    endMs: times(last),
    count: values.length,
    total: total + 0,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    earliest: values[0],
    latest: values.at(-1),
    inputOffset: Math.max(...entries.map((at) => rings.cells[at + 2]!)),
  });
  const mean = total / values.length;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
  expect(result.stddev).toBeCloseTo(Math.sqrt(variance), 6);
}

/** Positions count from the head after a restore. */
function restored({ rings, ring, cursor, next }: Series): Series {
  const writer = new SnapshotWriter();
  snapshotRings(writer, rings, RECORD_CELLS);
  snapshotCursor(writer, rings, cursor);
  const copy = emptySeries();
  const reader = new SnapshotReader(writer.bytes());
  restoreRings(reader, copy.rings, RECORD_CELLS);
  restoreCursor(reader, copy.rings, copy.cursor);
  reader.end();
  return { ...copy, next: next - rings.ints[ring + HEAD]! };
}
