import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Pictures drawn in three seconds, of a hundred updates in each. */
async function picturesOf(isReduced: boolean): Promise<number> {
  vi.stubGlobal('matchMedia', () => ({ matches: isReduced }));
  const { calmly } = await import('./calmly.js');
  let count = 0;
  const update = calmly(() => {
    count += 1;
  });
  for (let each = 0; each < 300; each += 1) {
    update();
    vi.advanceTimersByTime(10);
  }
  return count;
}

test('who wants less motion gets one picture a second, everybody else each', async () => {
  expect(await picturesOf(false)).toBe(300);
  vi.resetModules();
  expect(await picturesOf(true)).toBeLessThanOrEqual(3);
});
