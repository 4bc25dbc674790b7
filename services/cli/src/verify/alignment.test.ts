import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Alignment } from './alignment.ts';
import type { AlignmentSink } from './alignment-sink.ts';
import type { AlignmentStart } from './alignment-start.ts';
import type { Identity } from './identity.ts';
import { RecordCopy } from './record-copy.ts';

const WHOLE: AlignmentStart = { foundBefore: -1, isTruncated: false };
const none = new Uint8Array();

/** A late record about an input offset; `mark` makes its bytes others. */
function record(inputOffset: number, offset = -1, mark = 0): RecordCopy {
  const value = Buffer.from(JSON.stringify({ input_offset: inputOffset, mark }));
  return new RecordCopy('late', { offset, key: none, value, headers: none });
}

interface Found {
  inputOffset: number;
  mark: number;
}

function published(inputOffsets: number[]): Found[] {
  return inputOffsets.map((inputOffset) => ({ inputOffset, mark: 0 }));
}

/** What an alignment says of two sequences of late records, in the order of the input. */
function align(expected: number[], found: Found[], start = WHOLE): Said {
  const given = found.map(({ inputOffset, mark }, offset) => record(inputOffset, offset, mark));
  return alignRecords(
    expected.map((inputOffset) => record(inputOffset)),
    given,
    start,
    ({ inputOffset }) => inputOffset,
  );
}

type Said = Record<keyof AlignmentSink, number[]>;

/** Both sequences are given piece by piece. */
function alignRecords(
  expected: RecordCopy[],
  found: RecordCopy[],
  start: AlignmentStart,
  numberOf: (identity: Identity) => number,
): Said {
  const said: Said = { wrong: [], order: [], lost: [], extra: [], gone: [] };
  const note = (what: keyof AlignmentSink, of: RecordCopy) => said[what].push(numberOf(of.identity));
  const sink: AlignmentSink = {
    wrong: (wanted) => note('wrong', wanted),
    order: (of) => note('order', of),
    lost: (of) => note('lost', of),
    extra: (of) => note('extra', of),
    gone: () => said.gone.push(0),
  };
  const alignment = new Alignment(sink, start);
  let [e, f] = [0, 0];
  for (;;) {
    const next = alignment.settle(e === expected.length, f === found.length);
    if (next === 'done') break;
    if (next === 'expected') alignment.expect(expected[e++]!);
    else alignment.find(found[f++]!);
  }
  alignment.end();
  for (const list of Object.values(said)) list.sort((a, b) => a - b);
  return said;
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const nothing = { wrong: [], order: [], lost: [], extra: [], gone: [] };

describe('Alignment', () => {
  //  expected  0 1 2 3 4 5
  //  found     0 1 3 9 2 4*5
  test('tells lost, extra, changed and moved records apart', () => {
    const found = [...published([0, 1, 3, 99]), { inputOffset: 4, mark: 1 }, ...published([5, 2])];
    expect(align(upTo(7), found)).toEqual({ ...nothing, wrong: [4], order: [2], lost: [6], extra: [99] });
  });

  test('any records lost, changed and doubled, in any number', () => {
    const size = 1_500; // several times what is looked ahead
    const places = fc.uniqueArray(fc.nat(size - 1), { maxLength: 60 });
    const runs = fc.tuple(fc.nat(size - 1), fc.integer({ min: 0, max: 700 }));
    fc.assert(
      fc.property(places, places, places, runs, (singles, changed, doubled, [runFrom, runLength]) => {
        const lost = new Set([...singles, ...upTo(runLength, runFrom).filter((at) => at < size)]);
        const found = upTo(size).flatMap((inputOffset) => {
          if (lost.has(inputOffset)) return [];
          const one = { inputOffset, mark: changed.includes(inputOffset) ? 1 : 0 };
          return doubled.includes(inputOffset) ? [one, one] : [one];
        });
        const kept = (places: number[]) => places.filter((at) => !lost.has(at)).sort((a, b) => a - b);
        expect(align(upTo(size), found)).toEqual({
          ...nothing,
          lost: [...lost].sort((a, b) => a - b),
          wrong: kept(changed),
          extra: kept(doubled),
        });
      }),
      { numRuns: 40 },
    );
  });

  test('what is published begins before what is expected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), fc.nat(3), (before, lost) => {
        const found = published([...upTo(before), ...upTo(400, before + lost)]);
        const start = { foundBefore: before, isTruncated: false };
        const wanted = { ...nothing, lost: upTo(lost, before) };
        expect(align(upTo(400 + lost, before), found, start)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test('what is published begins after what is expected, or is gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 400 }), (gone, left) => {
        const start = { foundBefore: -1, isTruncated: true };
        const said = align(upTo(gone + left), published(upTo(left, gone)), start);
        expect({ ...said, gone: said.gone.length }).toEqual({ ...nothing, gone });
      }),
      { numRuns: 40 },
    );
  });

  //  expected  0 … 99  100 … 899  900*  901 …     900 is the final result of a window that ended long ago
  //  found     0 … 99             900*  901 …
  test('a record that rests on old input and follows many lost ones is in its place', () => {
    const size = 1_200;
    const lost = upTo(800, 100);
    const result = (index: number, offset = -1) => {
      const json = { window_end: index, input_offset: index === 900 ? 5 : index };
      const value = Buffer.from(JSON.stringify(json));
      return new RecordCopy('average', { offset, key: none, value, headers: none });
    };
    const expected = upTo(size).map((index) => result(index));
    const found = upTo(size)
      .filter((index) => !lost.includes(index))
      .map((index) => result(index, index));
    const said = alignRecords(expected, found, WHOLE, ({ fields }) => fields.window_end!);
    expect(said).toEqual({ ...nothing, lost });
  });

  test('two that change places are moved, however far', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.nat(999), (a, b) => {
        const order = upTo(1_000);
        [order[a], order[b]] = [order[b]!, order[a]!];
        const said = align(upTo(1_000), published(order));
        expect({ ...said, order: [] }).toEqual(nothing);
        expect(said.order.length > 0).toBe(a !== b);
      }),
      { numRuns: 40 },
    );
  });
});
