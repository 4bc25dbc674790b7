import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { floodLog } from './flood-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function flood() {
  const said: string[] = [];
  const warn = (_fields: object, message: string) => void said.push(message);
  const log = floodLog({ log: { warn } as never, what: 'dead letters', linesMax: 3, intervalMs: 1_000 });
  let made = 0;
  const add = (count: number) => {
    for (let i = 0; i < count; i++) log.warn(() => ({ fields: {}, message: `line ${++made}` }));
  };
  return { said, add, log, made: () => made };
}

test('a flood is a few lines and a count, and lines that are left out are not made', () => {
  const { said, add, made } = flood();
  add(100_000);
  expect(made()).toBe(3);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual(['line 1', 'line 2', 'line 3', '99997 more dead letters were left out of the log']);
});

test('each interval has its own lines, however long the flood goes on', () => {
  const { said, add } = flood();
  for (let second = 0; second < 5; second++) {
    add(1_000);
    vi.advanceTimersByTime(1_000);
  }
  expect(said).toHaveLength(5 * 4);
});

test('a few lines are all written, and nothing is said of what was left out', () => {
  const { said, add, log } = flood();
  add(3);
  vi.advanceTimersByTime(1_000);
  add(2);
  log.flush();
  expect(said).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
});

test('what was left out is said before the end', () => {
  const { said, add, log } = flood();
  add(5);
  log.flush();
  expect(said.at(-1)).toBe('2 more dead letters were left out of the log');
});
