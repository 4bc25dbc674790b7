import { expect, test } from 'vitest';
import { UsageError } from '../command.ts';
import { changeValue, parseAssignment, type TimeUnit } from './change-value.ts';

const nowMs = 1_700_000_000_123;

function change(value: string, sets: string[], timeUnit: TimeUnit = 'ms'): string | undefined {
  const changed = changeValue(Buffer.from(value), sets.map(parseAssignment), { nowMs, timeUnit });
  return changed && Buffer.from(changed).toString();
}

test.each([
  ['a number', '{"price":"x","a":1}', ['price=101.50'], '{"price":101.50,"a":1}'],
  ['a text, with or without quotes', '{}', ['a=plain text', 'b="7"'], '{"a":"plain text","b":"7"}'],
  [
    'null, truth, objects and lists',
    '{}',
    ['a=null', 'b=true', 'c={"d":[1.0]}'],
    '{"a":null,"b":true,"c":{"d":[1.0]}}',
  ],
  ['an empty text', '{}', ['a='], '{"a":""}'],
  ['a value with = in it', '{}', ['a=b=c'], '{"a":"b=c"}'],
  ['a path through objects', '{"data":{"price":1,"p":2}}', ['data.price=3'], '{"data":{"price":3,"p":2}}'],
  [
    'a path that is not there',
    '{"data":null}',
    ['data.price=3', 'x.y.z=1'],
    '{"data":{"price":3},"x":{"y":{"z":1}}}',
  ],
  ['a name with a dot before a path', '{"a.b":1,"a":{"b":2}}', ['a.b=3'], '{"a.b":3,"a":{"b":2}}'],
  [
    'a name that JavaScript knows',
    '{}',
    ['__proto__=1', 'constructor.name=2'],
    '{"__proto__":1,"constructor":{"name":2}}',
  ],
])('sets %s', (_, value, sets, wanted) => {
  expect(change(value, sets)).toBe(wanted);
});

test('leaves every digit of the other numbers', () => {
  const value = '{"id":12345678901234567890,"a":[1.10,-0,1e400],"price":null}';
  expect(change(value, ['price=1'])).toBe('{"id":12345678901234567890,"a":[1.10,-0,1e400],"price":1}');
});

test.each<[TimeUnit, string]>([
  ['s', '1700000000.123'],
  ['ms', '1700000000123'],
  ['us', '1700000000123000'],
  ['ns', '1700000000123000000'],
])('now, in %s', (timeUnit, wanted) => {
  expect(change('{"t":1}', ['t=now'], timeUnit)).toBe(`{"t":${wanted}}`);
});

test('what is no JSON object, or leads through none, is not changed', () => {
  for (const value of ['', 'x', '7', '"text"', 'null', '[{}]', '\uFEFF{}']) {
    expect(change(value, ['price=1']), value).toBeUndefined();
  }
  expect(changeValue(Uint8Array.of(0x7b, 0x22, 0xff, 0x22), [], { nowMs, timeUnit: 'ms' })).toBeUndefined();
  for (const value of ['{"data":7}', '{"data":[1]}', '{"data":"x"}']) {
    expect(change(value, ['data.price=1']), value).toBeUndefined();
  }
});

test.each(['price', '=1', ''])('--set %s is refused', (text) => {
  expect(() => parseAssignment(text)).toThrow(UsageError);
});
