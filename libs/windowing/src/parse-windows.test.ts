import { describe, expect, test } from 'vitest';
import { parseWindows } from './parse-windows.ts';

describe('parseWindows', () => {
  test('reads every kind', () => {
    expect(parseWindows('sliding:10s, tumbling:1m,hopping:5m/1m,session:30s')).toEqual([
      { kind: 'sliding', name: 'sliding-10s', sizeMs: 10_000, stepMs: 0 },
      { kind: 'tumbling', name: 'tumbling-1m', sizeMs: 60_000, stepMs: 60_000 },
      { kind: 'hopping', name: 'hopping-5m-1m', sizeMs: 300_000, stepMs: 60_000 },
      { kind: 'session', name: 'session-30s', sizeMs: 30_000, stepMs: 0 },
    ]);
  });

  test.each([
    ['sliding:90s', 'sliding-90s'],
    ['sliding:60000ms', 'sliding-1m'],
    ['tumbling:1d', 'tumbling-24h'],
    ['sliding:1500ms', 'sliding-1500ms'],
    ['hopping:1h/1500ms', 'hopping-1h-1500ms'],
  ])('%s is %s', (text, name) => {
    expect(parseWindows(text)[0]!.name).toBe(name);
  });

  test.each([
    ['', 'unknown kind of window ""'],
    ['rolling:10s', 'unknown kind of window "rolling", wanted one such as sliding:10s'],
    ['constructor:10s', 'unknown kind of window "constructor"'],
    ['sliding', 'not a duration above zero'],
    ['sliding:', 'not a duration above zero'],
    ['sliding:10', 'not a duration above zero'],
    ['sliding:1.5s', 'not a duration above zero'],
    ['sliding:0s', 'not a duration above zero'],
    ['sliding:10s,', 'unknown kind of window ""'],
    ['tumbling:1m/1m', 'wanted one size and no step, such as tumbling:1m'],
    ['hopping:5m', 'wanted a size and a step, such as hopping:5m/1m'],
    ['hopping:5m/0s', 'not a duration above zero'],
    ['hopping:5m/2m', 'size is not a multiple of its step'],
    ['hopping:1m/5m', 'size is not a multiple of its step'],
    ['hopping:24h/1ms', 'steps in a window, wanted at most 10000'],
    ['sliding:99999999h', 'too long'],
    ['sliding:60s,sliding:1m', 'the same definition twice'],
  ])('refuses %j: %s', (text, fault) => {
    expect(() => parseWindows(text)).toThrow(fault);
  });

  test('names all faults at once', () => {
    expect(() => parseWindows('rolling:1s,sliding:x')).toThrow(/rolling.*; .*sliding:x/);
  });

  test('holds at most 31 definitions', () => {
    const text = Array.from({ length: 32 }, (_, i) => `sliding:${i + 1}ms`).join(',');
    expect(() => parseWindows(text)).toThrow('32 definitions, wanted at most 31');
  });
});
