import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSummary } from './summary.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubGlobal('document', { hidden: false });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what is new is said at most every ten seconds, and nothing while nobody is there', () => {
  const said: string[] = [];
  const region = {
    set textContent(text: string) {
      said.push(text);
    },
    get textContent() {
      return said.at(-1) ?? '';
    },
  } as HTMLElement;
  let value = 0;
  const summary = createSummary(region, () => {
    value += 1;
    return String(value);
  });
  // A minute of sixty pictures a second.
  for (let frame = 0; frame < 3_600; frame += 1) {
    summary.drawn();
    vi.advanceTimersByTime(1_000 / 60);
  }
  expect(said).toHaveLength(6);
  vi.stubGlobal('document', { hidden: true });
  vi.advanceTimersByTime(20_000);
  summary.drawn();
  expect(said).toHaveLength(6);
});
