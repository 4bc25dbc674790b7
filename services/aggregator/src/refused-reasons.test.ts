import { expect, test } from 'vitest';
import { RefusedReasons } from './refused-reasons.ts';

test('a commit takes as many as it says, in order, of its own partition', () => {
  const reasons = new RefusedReasons();
  for (const reason of ['not_json', 'null_key', 'not_json', 'no_value'] as const) reasons.note(1, reason);
  reasons.note(2, 'bad_key');
  expect(Object.fromEntries(reasons.take(1, 3))).toEqual({ not_json: 2, null_key: 1 });
  expect(reasons.take(1, 0).size).toBe(0);
  expect(Object.fromEntries(reasons.take(1, 1))).toEqual({ no_value: 1 });
  expect(Object.fromEntries(reasons.take(2, 1))).toEqual({ bad_key: 1 });
});

test('what a task held that ended is not counted', () => {
  const reasons = new RefusedReasons();
  reasons.note(1, 'not_json');
  reasons.forget(1);
  reasons.note(1, 'no_value');
  expect(Object.fromEntries(reasons.take(1, 1))).toEqual({ no_value: 1 });
});
