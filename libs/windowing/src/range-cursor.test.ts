import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATE_CELLS } from './aggregate.ts';
import { fillResult } from './fill-result.ts';
import { KeyRings } from './key-rings.ts';
import { RangeCursor } from './range-cursor.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { WindowResult } from './types.ts';

const CELLS = { value: 0, offset: 1, slot: 2 };

type Step =
  | { act: 'append'; value: number }
  | { act: 'insert'; value: number; share: number }
  | { act: 'move'; from: number; to: number }
  | { act: 'drop' };

const value = fc.integer({ min: -100, max: 100 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant('append' as const), value }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('insert' as const), value, share }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constant('move' as const), from: share, to: share }) },
  { weight: 1, arbitrary: fc.constant({ act: 'drop' as const }) },
);

describe('RangeCursor', () => {
  test('gives what adding up the range gives, and goes on alike after a restore', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120, size: 'max' }), checkSteps));
  });

  test('keeps its place when positions come down', () => {
    const rings = new KeyRings(2 + AGGREGATE_CELLS);
    const cursor = new RangeCursor(rings, CELLS);
    rings.has(0);
    rings.append(0);
    rings.head[0] = 2 ** 30 + 5;
    rings.tail[0] = 2 ** 30 + 5;
    for (let i = 0; i < 12; i++) {
      const at = rings.append(0);
      rings.cells[at] = i;
      rings.cells[at + 1] = i;
    }
    checkRange(rings, cursor, 0, 4);
    checkRange(rings, cursor, 2, 6);
    cursor.rebased(0, rings.rebase(0));
    expect(cursor.high[0]).toBeLessThan(32);
    checkRange(rings, cursor, 3, 8);
    checkRange(rings, cursor, 7, 12);
  });
});

function checkSteps(steps: Step[]): void {
  let rings = new KeyRings(2 + AGGREGATE_CELLS);
  let cursor = new RangeCursor(rings, CELLS);
  rings.has(0);
  let low = 0;
  let high = 0;
  steps.forEach((action, offset) => {
    const head = rings.head[0]!;
    const length = rings.tail[0]! - head;
    if (action.act === 'append' || action.act === 'insert') {
      const position = action.act === 'append' ? rings.tail[0]! : head + Math.floor(action.share * length);
      const at = action.act === 'append' ? rings.append(0) : rings.insert(0, position);
      rings.cells[at] = action.value;
      rings.cells[at + 1] = offset;
      cursor.inserted(0, position);
    } else if (action.act === 'drop') {
      rings.dropBefore(0, Math.min(head + low, rings.tail[0]!));
      low = 0;
      high = 0;
      if (!rings.has(0)) cursor.reset(0);
      [rings, cursor] = restored(rings, cursor);
    } else if (length > 0) {
      // Mostly forward, as windows move.
      low = Math.min(length - 1, Math.floor(low + action.from * action.from * 3));
      high = Math.max(low + 1, Math.min(length, Math.floor(action.to * (length - high) + high)));
      checkRange(rings, cursor, low, high);
    }
  });
}

function checkRange(rings: KeyRings, cursor: RangeCursor, low: number, high: number): void {
  const head = rings.head[0]!;
  const cells = new Float64Array(AGGREGATE_CELLS);
  cursor.moveTo(0, head + low, head + high, cells);
  const result = {} as WindowResult;
  fillResult(result, cells, 0, high - low);
  const entries = Array.from({ length: high - low }, (_, i) => rings.at(0, head + low + i));
  const values = entries.map((at) => rings.cells[at]!);
  expect(result.total).toBe(values.reduce((a, b) => a + b, 0));
  expect([result.minimum, result.maximum]).toEqual([Math.min(...values), Math.max(...values)]);
  expect(result.inputOffset).toBe(Math.max(...entries.map((at) => rings.cells[at + 1]!)));
  const mean = result.total / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(result.stddev).toBeCloseTo(Math.sqrt(variance), 6);
}

function restored(rings: KeyRings, cursor: RangeCursor): [KeyRings, RangeCursor] {
  const writer = new SnapshotWriter();
  rings.snapshot(writer, 2);
  cursor.snapshot(writer, rings.keys());
  const copy = new KeyRings(2 + AGGREGATE_CELLS);
  const copyCursor = new RangeCursor(copy, CELLS);
  copy.has(0);
  const reader = new SnapshotReader(writer.bytes());
  copy.restore(reader, 2);
  copyCursor.restore(reader, copy.keys());
  reader.end();
  return [copy, copyCursor];
}
