import { expect, test } from 'vitest';
import { KnownLayouts } from './known-layouts.ts';
import { FOLLOWER, layoutOf } from './price-layout.ts';
import { PriceNames } from './price-names.ts';

const names = new PriceNames({ valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' });
const bytesOf = (text: string) => new TextEncoder().encode(text);

function layout(text: string) {
  const bytes = bytesOf(text);
  const pieces = layoutOf(bytes, 0, bytes.length, names);
  return pieces?.map(({ bytes: piece, follower }) => [new TextDecoder().decode(piece), follower]);
}

test('a layout is what stands around the values, white space included', () => {
  expect(layout(' {"s" : "A\\"B","price":1.5, "timestamp":"7" ,"n":-1e5,"b":null }\n')).toEqual([
    [' {"s" : "', FOLLOWER.text],
    ['","price":', FOLLOWER.value],
    [', "timestamp":"', FOLLOWER.quotedTime],
    ['" ,"n":', FOLLOWER.number],
    [',"b":', FOLLOWER.literal],
    [' }\n', FOLLOWER.end],
  ]);
});

test('a very large layout is not kept', () => {
  const members = (count: number) => `{${Array.from({ length: count }, () => '"x":1').join(',')}}`;
  expect(layout(members(64))).toHaveLength(65);
  expect(layout(members(65))).toBeUndefined();
  expect(layout(`{"price":1${' '.repeat(4_087)}}`)).toBeUndefined();
});

test('four layouts are remembered at once, others take their places seldom and in turn', () => {
  const known = new KnownLayouts(names);
  const meet = (name: string) => {
    const bytes = bytesOf(`{"${name}":1}`);
    known.meet(bytes, 0, bytes.length);
  };
  const found = () => known.all.map(([first]) => new TextDecoder().decode(first!.bytes)[2]).join('');
  for (const name of 'abcde') meet(name);
  expect(found()).toBe('abcd');
  for (let count = 0; count < 9_998; count++) meet('e');
  expect(found()).toBe('abcd');
  for (const name of 'ef') meet(name);
  expect(found()).toBe('abcd'.replace('a', 'f'));
  for (let count = 0; count < 10_001; count++) meet('g');
  expect(found()).toBe('fgcd');
});
