import { expect, test } from 'vitest';
import { breakingChanges } from './compatibility.ts';

const published = {
  title: 'average',
  properties: {
    average: { type: 'number', description: 'the mean' },
    count: { type: 'integer', minimum: 1 },
    mode: { enum: ['a', 'b'] },
    totals: { type: 'object', properties: { read: { type: 'integer' } }, required: ['read'] },
  },
  required: ['count', 'mode'],
};
const changed = (more: object, required = published.required) => ({
  ...published,
  properties: { ...published.properties, ...more },
  required,
});

test('a further optional field and other words are no break', () => {
  const current = { ...changed({ median: { type: 'number' } }), title: 'a result' };
  expect(breakingChanges(published, current)).toEqual([]);
  expect(breakingChanges(published, changed({ average: { type: 'number', description: 'x' } }))).toEqual([]);
});

test.each([
  ['removed', changed({ average: undefined }), ['average: removed']],
  ['narrowed', changed({ average: { type: 'integer' } }), ['average: type "integer", was "number"']],
  [
    'bounded',
    changed({ count: { type: 'integer', minimum: 1, maximum: 9 } }),
    ['count: maximum 9, was not there'],
  ],
  ['another value', changed({ mode: { enum: ['a'] } }), ['mode: enum ["a"], was ["a","b"]']],
  [
    'required added',
    changed({ median: { type: 'number' } }, ['count', 'mode', 'median']),
    ['median: required, was optional or not there'],
  ],
  ['required dropped', changed({}, ['count']), ['mode: optional, was required']],
  [
    'within an object',
    changed({ totals: { type: 'object', properties: {}, required: [] } }),
    ['totals.read: removed', 'totals.read: optional, was required'],
  ],
])('a field %s is a break, named with what was', (_what, current, found) => {
  expect(breakingChanges(published, current)).toEqual(found);
});
