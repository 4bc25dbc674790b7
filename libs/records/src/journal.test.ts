import { expect, test } from 'vitest';
import { parseJournalValue } from './journal.ts';

const COUNTS = { read: 3, averaged: 1, partly_late: 1, late: 1, dead_lettered: 1, results: 4 };
const COMMIT = {
  type: 'commit',
  sequence: 1,
  from_offset: 0,
  next_offset: 3,
  watermark: 20,
  ...COUNTS,
  totals: COUNTS,
  append_time_min: 5,
  append_time_max: 6,
  instance: 'a',
};

const parse = (value: unknown) => parseJournalValue(new TextEncoder().encode(JSON.stringify(value)));

test('a commit entry is read, fields that are not known are ignored', () => {
  expect(parse({ ...COMMIT, more: 1 })).toEqual(COMMIT);
});

test('a stretch without a watermark or append times has null there', () => {
  const bare = { ...COMMIT, watermark: null, append_time_min: null, append_time_max: null };
  expect(parse(bare)).toEqual(bare);
});

test('a settings entry keeps all its fields', () => {
  const entry = { type: 'settings', input_topic: 'prices', settings: { graceMs: 5 } };
  expect(parse(entry)).toEqual(entry);
});

test('parts of a snapshot and entries of other types are passed over', () => {
  expect(parseJournalValue(new TextEncoder().encode('MWS1{"type":"commit"}'))).toBeNull();
  expect(parse({ type: 'something new' })).toBeNull();
});

test('what is malformed is refused with the field, what was found and what was wanted', () => {
  expect(() => parse({ ...COMMIT, sequence: 0 })).toThrow(
    'journal entry: sequence is 0, wanted an integer from 1',
  );
  expect(() => parse({ ...COMMIT, next_offset: -1 })).toThrow('next_offset is -1, wanted an integer from 0');
  expect(() => parse({ ...COMMIT, totals: { ...COUNTS, late: 'x' } })).toThrow(
    'journal entry: totals: late is "x", wanted an integer',
  );
  expect(() => parse({ type: 'settings' })).toThrow('journal entry: settings: missing, wanted a JSON object');
  expect(() => parseJournalValue(new Uint8Array(0))).toThrow('wanted a JSON object');
});
