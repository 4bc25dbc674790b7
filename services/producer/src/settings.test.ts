import { loadSettings, type SettingsError } from '@meanwhile/service';
import { expect, test } from 'vitest';
import { producerRules, producerSchema } from './settings.ts';

function load(env: Record<string, string>) {
  return loadSettings({ schema: producerSchema, rules: producerRules, env, service: 'producer' });
}

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env);
  } catch (error) {
    return (error as SettingsError).faults;
  }
  return [];
}

test('run bare it simulates 8 symbols at one record per second each', () => {
  const settings = load({});
  expect(settings).toMatchObject({
    SOURCE: { kind: 'simulate' },
    INPUT_TOPIC: 'prices',
    HTTP_PORT: 8081,
    SPEED: 1,
    RESTAMP: 'off',
    LOOP: false,
    OUT_OF_ORDER: 0,
    LATE_RATIO: 0,
  });
  expect(settings.SYMBOLS).toHaveLength(8);
  expect(settings.RATE ?? settings.SYMBOLS.length).toBe(8);
});

test.each([
  ['SOURCE', 'file:/dev/null', { kind: 'file', path: '/dev/null' }],
  ['SOURCE', 'stdin', { kind: 'stdin' }],
  ['SYMBOLS', 'A, B', ['A', 'B']],
  ['SYMBOLS', '2', ['ACME', 'GLOBX']],
  ['SPEED', '10x', 10],
  ['SPEED', '0.5x', 0.5],
  ['SPEED', 'max', Infinity],
  ['OUT_OF_ORDER', '3s', 3_000],
  ['LOOP', 'on', true],
])('%s=%s', (name, text, value) => {
  expect(load({ [name]: text })).toMatchObject({ [name]: value });
});

test('all faults are said at once', () => {
  expect(
    faultsOf({
      SOURCE: 'file:/no/such:file',
      SYMBOLS: 'A,A',
      RATE: '0',
      SEED: '1.5',
      SPEED: 'max',
      RESTAMP: 'now',
      LOOP: '7',
      OUT_OF_ORDER: '5',
      LATE_RATIO: '2',
    }),
  ).toEqual([
    'SOURCE=file:/no/such:file: file: and the path of a readable file',
    'SYMBOLS=A,A: a comma list in which no name stands twice',
    'RATE=0: a number above 0, at most 1000000',
    'SEED=1.5: a whole number, at least 0',
    'LOOP=7: on or off',
    'OUT_OF_ORDER=5: a duration such as 500ms, 10s, 5m, 1h or 7d, at most 1h',
    'LATE_RATIO=2: a number from 0 to 1',
    'RESTAMP=now: off, or a SPEED other than max: event times cannot go on faster than any clock',
  ]);
});

test('another source than ours is a fault', () => {
  const wanted = 'one of simulate, walk, file:<path>, stdin';
  expect(faultsOf({ SOURCE: 'kafka' })).toEqual([`SOURCE=kafka: ${wanted}`]);
});

test('stdin can be neither looped nor restamped', () => {
  expect(faultsOf({ SOURCE: 'stdin', LOOP: 'on', RESTAMP: 'now' })).toEqual([
    'LOOP=on: off: stdin cannot be read twice',
    'RESTAMP=now: off: stdin is passed on as it comes',
  ]);
});
