import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { settings } from './settings.ts';

const here = fileURLToPath(import.meta.url);

test.each([
  ['duration', settings.duration(), '10s', 10_000],
  ['duration or off', settings.durationOrOff(), 'off', null],
  ['list', settings.list(), 'a, b,c', ['a', 'b', 'c']],
  ['integer', settings.integer({ min: -5 }), '-5', -5],
  ['number', settings.number({ above: 0 }), '0.25', 0.25],
  ['choice', settings.choice(['updates', 'final']), 'final', 'final'],
  ['on', settings.onOff(), 'on', true],
  ['off', settings.onOff(), 'off', false],
  ['port', settings.port(), '0', 0],
  ['topic', settings.topic(), 'averages-late', 'averages-late'],
  ['file', settings.readableFile(), here, here],
  ['default, a text like any other', settings.duration().prefault('5s'), undefined, 5_000],
])('%s: the text becomes its value', (_name, piece, text, value) => {
  expect(piece.parse(text)).toEqual(value);
});

test.each([
  ['duration', settings.duration(), '10', 'a duration such as 500ms, 10s, 5m, 1h or 7d'],
  [
    'short',
    settings.duration({ min: '1s' }),
    '5ms',
    'a duration such as 500ms, 10s, 5m, 1h or 7d, at least 1s',
  ],
  ['long', settings.duration({ min: '1s', max: '1m' }), '2m', / from 1s to 1m$/],
  ['duration or off', settings.durationOrOff(), 'none', /, or off$/],
  ['list', settings.list(), 'a,,b', 'a comma list without empty entries'],
  ['integer', settings.integer({ min: 1, max: 9 }), '1e3', 'a whole number from 1 to 9'],
  ['large', settings.integer({ max: 9 }), '10', 'a whole number, at most 9'],
  ['number', settings.number({ above: 0, max: 1 }), '0', 'a number above 0, at most 1'],
  ['hexadecimal', settings.number(), '0x10', 'a number'],
  ['choice', settings.choice(['updates', 'final']), 'Final', 'one of updates, final'],
  ['switch', settings.onOff(), 'yes', 'on or off'],
  ['port', settings.port(), '65536', 'a whole number from 0 to 65535'],
  ['topic', settings.topic(), 'a b', /^a topic name/],
  ['file', settings.readableFile(), '/no/such/file', 'the path of a readable file'],
  ['not set', settings.text(), undefined, 'a text'],
  [
    'own reader',
    settings.parsed(() => {
      throw new Error('a window such as sliding:10s');
    }),
    'x',
    'a window such as sliding:10s',
  ],
])('%s: a fault says what would be right', (_name, piece, text, wanted) => {
  const message = piece.safeParse(text).error?.issues[0]?.message;
  expect(message).toEqual(typeof wanted === 'string' ? wanted : expect.stringMatching(wanted));
});
