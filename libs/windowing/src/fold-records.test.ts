import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AGGREGATE } from './aggregate.ts';
import { foldRecords, foldRecordsPlainly } from './fold-records.ts';
import { KeyRings } from './key-rings.ts';

const RECORD_CELLS = 3;
const price = fc.integer({ min: 1, max: 2_000_000 }).map((cents) => cents / 100);
const any = fc.double({ min: -1e100, max: 1e100, noNaN: true }).map((value) => value + 0);
const extreme = fc.constantFrom(
  1e100,
  -1e100,
  1e15,
  -1e15,
  0,
  0.1,
  -0.1,
  1e-300,
  5e-324,
  2 ** -400,
  2 ** -399,
);

test.each([
  ['prices', price],
  ['any doubles', any],
  ['extremes', extreme],
  ['a mixture', fc.oneof(price, any, extreme)],
])('foldRecords leaves the very bits that the plain version leaves, for %s', (_name, value) => {
  const values = fc.array(value, { minLength: 1, maxLength: 20 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 9 }), share, (list, turn, from) => {
      const low = turn + Math.floor(from * list.length);
      const found = ringOf(list, turn);
      const wanted = ringOf(list, turn);
      foldRecords(found, found.ring(0), RECORD_CELLS, low, turn + list.length);
      foldRecordsPlainly(wanted, wanted.ring(0), RECORD_CELLS, low, turn + list.length);
      expect(new BigUint64Array(found.cells.buffer)).toEqual(new BigUint64Array(wanted.cells.buffer));
    }),
  );
});

/** `turn` entries have been there before, so that the ring may wrap. */
function ringOf(values: number[], turn: number): KeyRings {
  const rings = new KeyRings(RECORD_CELLS + AGGREGATE.CELLS);
  const ring = rings.ring(0);
  for (let i = 0; i < turn; i++) {
    rings.append(ring);
    rings.dropBefore(ring, i + 1);
  }
  values.forEach((value, offset) => {
    const at = rings.append(ring);
    rings.cells.set([offset, value, offset], at);
  });
  return rings;
}
