import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRings } from './key-rings.ts';

type Step = { act: 'append' | 'insert' | 'remove' | 'drop' | 'release'; key: number; share: number };

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    'append',
    'append',
    'append',
    'append',
    'insert',
    'insert',
    'remove',
    'drop',
    'release',
  ),
  key: fc.integer({ min: 0, max: 20 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('KeyRings', () => {
  test('hold what arrays would', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 300, size: 'max' }), checkSteps));
  });

  test('a ring gives the memory of a burst back', () => {
    const rings = new KeyRings(1);
    rings.has(0);
    for (let i = 0; i < 10_000; i++) rings.append(0);
    const { length } = rings.cells;
    for (let i = 0; i < 50; i++) {
      rings.dropBefore(0, rings.tail[0]! - 1);
      rings.append(0);
    }
    for (let key = 1; key < 350; key++) {
      rings.has(key);
      for (let i = 0; i < 50; i++) rings.append(key);
    }
    expect(rings.cells.length).toBe(length);
  });

  test('positions come down before they leave 31 bits, and no entry moves', () => {
    const rings = new KeyRings(1);
    rings.has(0);
    rings.cells[rings.append(0)] = 7;
    rings.head[0] = 2 ** 30 + 1;
    rings.tail[0] = 2 ** 30 + 1;
    rings.cells[rings.append(0)] = 8;
    const at = rings.at(0, rings.head[0]!);
    expect(rings.rebase(0)).toBe(2 ** 30);
    expect(rings.head[0]).toBe(1);
    expect(rings.at(0, 1)).toBe(at);
  });
});

function checkSteps(steps: Step[]): void {
  const rings = new KeyRings(2);
  const wanted = new Map<number, number[]>();
  steps.forEach(({ act, key, share }, i) => {
    rings.has(key);
    const values = wanted.get(key) ?? [];
    wanted.set(key, values);
    const place = Math.floor(share * values.length);
    const position = rings.head[key]! + place;
    if (act === 'append') {
      put(rings, rings.append(key), i);
      values.push(i);
    }
    if (act === 'insert') {
      put(rings, rings.insert(key, position), i);
      values.splice(place, 0, i);
    }
    if (act === 'remove' && values.length > 0) {
      rings.remove(key, Math.min(position, rings.tail[key]! - 1));
      values.splice(Math.min(place, values.length - 1), 1);
    }
    if (act === 'drop') {
      rings.dropBefore(key, position);
      values.splice(0, place);
    }
    if (act === 'release') {
      rings.release(key);
      values.length = 0;
    }
    const found = Array.from({ length: rings.tail[key]! - rings.head[key]! }, (_, n) => {
      const at = rings.at(key, rings.head[key]! + n);
      expect(rings.cells[at + 1]).toBe(-rings.cells[at]!);
      return rings.cells[at]!;
    });
    expect(found).toEqual(values);
  });
}

function put(rings: KeyRings, at: number, value: number): void {
  rings.cells[at] = value;
  rings.cells[at + 1] = -value;
}
