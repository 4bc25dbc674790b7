import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pause } from './pause.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('ends after its time, or at once with its signal, and leaves no timer', async () => {
  const stopping = new AbortController();
  const ended: string[] = [];
  const short = pause(10, stopping.signal).then(() => ended.push('short'));
  const long = pause(10_000, stopping.signal).then(() => ended.push('long'));
  await vi.advanceTimersByTimeAsync(10);
  await short;
  expect(ended).toEqual(['short']);
  stopping.abort();
  await long;
  await pause(10_000, stopping.signal);
  expect([ended, vi.getTimerCount()]).toEqual([['short', 'long'], 0]);
});
