import { expect, test } from 'vitest';
import { windowSizeName } from './window-size-name.ts';

test('a size is written in the largest unit that divides it', () => {
  const names = { 1: '1ms', 1500: '1500ms', 10000: '10s', 90000: '90s', 60000: '1m', 7200000: '2h' };
  for (const [ms, name] of Object.entries(names)) expect(windowSizeName(Number(ms))).toBe(name);
});
