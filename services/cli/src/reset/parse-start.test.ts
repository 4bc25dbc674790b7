import { expect, test } from 'vitest';
import { UsageError } from '../command.ts';
import { parseStart } from './parse-start.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);

test.each([
  [undefined, { at: 'beginning' }],
  ['latest', { at: 'latest' }],
  ['offset:48211', { at: 'offset', offset: 48_211 }],
  ['2h', { at: 'time', timeMs: nowMs - 7_200_000 }],
  ['2026-11-24', { at: 'time', timeMs: Date.UTC(2026, 10, 24) }],
  ['2026-11-24T10:00Z', { at: 'time', timeMs: Date.UTC(2026, 10, 24, 10) }],
  ['2026-11-24T10:00:00.250+01:00', { at: 'time', timeMs: Date.UTC(2026, 10, 24, 9, 0, 0, 250) }],
])('--to %s', (text, start) => {
  expect(parseStart(text, nowMs)).toEqual(start);
});

test.each([
  '48211', // an offset or ms since the epoch? neither is guessed
  '1795521600000',
  'yesterday',
  '2026-11-24T10:00:00',
  '2026-13-01',
  'offset:-1',
  'offset:',
  '',
])('--to %s is refused', (text) => {
  expect(() => parseStart(text, nowMs)).toThrow(UsageError);
});
