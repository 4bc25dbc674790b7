import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRings, RING } from './key-rings.ts';

const { HEAD, TAIL } = RING;

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
    const first = rings.ring(0);
    for (let i = 0; i < 10_000; i++) rings.append(first);
    const { length } = rings.cells;
    for (let i = 0; i < 50; i++) {
      rings.dropBefore(first, rings.ints[first + TAIL]! - 1);
      rings.append(first);
    }
    for (let key = 1; key < 350; key++) {
      for (let i = 0; i < 50; i++) rings.append(rings.ring(key));
    }
    expect(rings.cells.length).toBe(length);
  });

  test('positions come down before they leave 31 bits, and no entry moves', () => {
    const rings = new KeyRings(1);
    const ring = rings.ring(3);
    rings.cells[rings.append(ring)] = 7;
    rings.ints[ring + HEAD] = 2 ** 30 + 1;
    rings.ints[ring + TAIL] = 2 ** 30 + 1;
    rings.cells[rings.append(ring)] = 8;
    const at = rings.at(ring, rings.ints[ring + HEAD]!);
    expect(rings.rebase(ring)).toBe(2 ** 30);
    expect(rings.ints[ring + HEAD]).toBe(1);
    expect(rings.at(ring, 1)).toBe(at);
  });

  test("an owner's integers are -1 at first and after a release, and stay when keys are added", () => {
    const rings = new KeyRings(1, 2);
    const ring = rings.ring(5);
    expect([...rings.ints.subarray(ring + RING.INTS, ring + RING.INTS + 2)]).toEqual([-1, -1]);
    rings.ints[ring + RING.INTS + 1] = 7;
    rings.append(ring);
    rings.ring(5_000);
    expect(rings.ints[ring + RING.INTS + 1]).toBe(7);
    rings.release(ring);
    expect([...rings.ints.subarray(ring + RING.INTS, ring + RING.INTS + 2)]).toEqual([-1, -1]);
  });
});

function checkSteps(steps: Step[]): void {
  const rings = new KeyRings(2);
  const wanted = new Map<number, number[]>();
  steps.forEach(({ act, key, share }, i) => {
    const ring = rings.ring(key);
    const values = wanted.get(key) ?? [];
    wanted.set(key, values);
    const place = Math.floor(share * values.length);
    const position = rings.ints[ring + HEAD]! + place;
    if (act === 'append') {
      put(rings, rings.append(ring), i);
      values.push(i);
    }
    if (act === 'insert') {
      put(rings, rings.insert(ring, position), i);
      values.splice(place, 0, i);
    }
    if (act === 'remove' && values.length > 0) {
      rings.remove(ring, Math.min(position, rings.ints[ring + TAIL]! - 1));
      values.splice(Math.min(place, values.length - 1), 1);
    }
    if (act === 'drop') {
      rings.dropBefore(ring, position);
      values.splice(0, place);
    }
    if (act === 'release') {
      rings.release(ring);
      values.length = 0;
    }
    const found = Array.from({ length: rings.ints[ring + TAIL]! - rings.ints[ring + HEAD]! }, (_, n) => {
      const at = rings.at(ring, rings.ints[ring + HEAD]! + n);
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
