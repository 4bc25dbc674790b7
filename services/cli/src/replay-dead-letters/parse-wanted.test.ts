import { DEAD_LETTER_REASONS } from '@meanwhile/records';
import { expect, test } from 'vitest';
import { UsageError } from '../command.ts';
import { parseWanted } from './parse-wanted.ts';

test('without arguments: everything, as it is, and only looked at', () => {
  expect(parseWanted([])).toEqual({
    reasons: DEAD_LETTER_REASONS,
    assignments: [],
    sinceMs: undefined,
    recordsMax: Number.POSITIVE_INFINITY,
    isDryRun: true,
    isJson: false,
  });
});

test('reasons come in lists and repeated, fields repeated', () => {
  const args = ['--reason', 'no_value, not_json', '--reason', 'null_key', '--set', 'a=1', '--set', 'b=now'];
  expect(
    parseWanted([...args, '--since', '2026-11-24T10:00:00Z', '--limit', '7', '--yes', '--json']),
  ).toEqual({
    reasons: ['no_value', 'not_json', 'null_key'],
    assignments: [
      { field: 'a', json: '1' },
      { field: 'b', json: undefined },
    ],
    sinceMs: Date.UTC(2026, 10, 24, 10),
    recordsMax: 7,
    isDryRun: false,
    isJson: true,
  });
});

test.each([
  ['--reason', 'no_such'],
  ['--reason', 'no_value,'],
  ['--set', 'price'],
  ['--since', 'yesterday'],
  ['--limit', '0'],
  ['--limit', '1.5'],
])('%s %s is refused', (...args) => {
  expect(() => parseWanted(args)).toThrow(UsageError);
});
