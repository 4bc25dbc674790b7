import { expect, test } from 'vitest';
import type { Explanation } from '../types.d.ts';
import { faultWords, verdict } from './words.js';

const answer: Explanation = {
  symbol: 'ACME',
  window: 'sliding-10s',
  window_start: 0,
  window_end: 10_000,
  partition: 0,
  state: 'open',
  matches: true,
  published: { revision: 1, is_final: false, input_offset: 5, written_at: 0 },
  comparison: [
    { field: 'average', published: 1, recomputed: 1, matches: true },
    { field: 'record_count', published: 2, recomputed: 2, matches: true },
  ],
  revisions: [],
  revision_count: 1,
  records: [],
  record_count: 2,
  late: [],
  dead_letters: [],
  journal: null,
  input: { topic: 'prices' },
  cut: [],
};

test('the verdict says the same, not the same and in what, or that nobody knows', () => {
  expect(verdict(answer)).toEqual({ state: 'same', text: 'Recomputed from its 2 records: the same.' });
  const [average, count] = answer.comparison;
  const other = { ...answer, matches: false, comparison: [average!, { ...count!, matches: false }] };
  expect(verdict(other)).toEqual({
    state: 'other',
    text: 'Recomputed from its 2 records: not the same in record count.',
  });
  expect(verdict({ ...answer, matches: null, comparison: [] }).state).toBe('unknown');
});

test.each([
  [503, 'busy', true],
  [503, 'kafka_unavailable', true],
  [504, 'timeout', true],
  [404, 'no_window', false],
  [410, 'input_gone', false],
  [0, 'no_answer', true],
  [429, 'too_many_requests', true],
  [500, 'internal_server_error', true],
  [418, 'new', false],
])('fault %d %s is said in words; trying again helps: %s', (status, code, canRetry) => {
  const words = faultWords({ status, code, message: '' });
  expect(words.canRetry).toBe(canRetry);
  expect(words.title).not.toContain('_');
  expect(words.next).toMatch(/\.$/);
});
