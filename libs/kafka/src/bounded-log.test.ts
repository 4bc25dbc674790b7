import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BoundedLog } from './bounded-log.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('warns once per interval and counts what it left out', () => {
  const seen: unknown[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (fields: object) => void seen.push(fields) };
  const log = new BoundedLog(logger, 1_000);
  for (const step of [0, 400, 400, 400, 5_000]) {
    vi.advanceTimersByTime(step);
    log.warn({ step }, 'failed');
  }
  expect(seen).toEqual([{ step: 0 }, { step: 400, left_out: 2 }, { step: 5_000 }]);
});
