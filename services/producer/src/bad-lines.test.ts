import { expect, test } from 'vitest';
import { countBadLines } from './bad-lines.ts';

test('all are counted; the first ten are logged, then one every 5 s with the number left out', () => {
  const logged: string[] = [];
  let nowMs = 0;
  const log = { warn: (_facts: unknown, message: string) => logged.push(message) } as never;
  const badLines = countBadLines(log, () => nowMs);
  for (let line = 1; line <= 1_000; line++) badLines.add(line, 'no symbol');
  expect(logged).toHaveLength(10);
  expect(logged[9]).toBe('line 10 cannot be read: no symbol');
  nowMs = 5_000;
  badLines.add(1_001, 'no symbol');
  badLines.add(1_002, 'no symbol');
  expect(logged.slice(10)).toEqual(['line 1001 cannot be read: no symbol (and 990 more before it)']);
  expect(badLines.count).toBe(1_002);
});
