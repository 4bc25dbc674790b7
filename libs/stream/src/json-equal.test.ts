import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalsJson } from './json-equal.ts';

/** What summaries are made of: no functions, no symbols. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.double(),
    fc.integer({ min: -2, max: 2 }),
    fc.boolean(),
    fc.string({ maxLength: 2 }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
  ),
})).value;

test('a value equals what JSON makes of it', () => {
  fc.assert(fc.property(values, (value) => equalsJson(value, throughJson(value))));
});

test('two values are equal if JSON makes them so', () => {
  fc.assert(
    fc.property(values, values, (left, right) => {
      const parsed = throughJson(right);
      expect(equalsJson(left, parsed)).toBe(isDeepStrictEqual(throughJson(left), parsed));
    }),
  );
});

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
