import { expect, test } from 'vitest';
import type { DeadLetterReason } from './dead-letter.ts';
import type { PriceFields } from './price.ts';
import { PriceScanner } from './price-scanner.ts';
import { plainScan } from './price-scanner.twin.ts';

const encoder = new TextEncoder();
const FIELDS: PriceFields = { valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' };

type Input = { key?: Uint8Array | null; value: Uint8Array | string | null; recordTimestampMs?: number };
type Outcome = { value: number; timeMs: number } | DeadLetterReason;

/** Scans the record within a larger buffer, between bytes that would go on with it if they were read. */
function scan(input: Input, fields: PriceFields = FIELDS, maxAheadMs: number | null = null): Outcome {
  const key = input.key === undefined ? encoder.encode('ACME') : input.key;
  const value = typeof input.value === 'string' ? encoder.encode(input.value) : input.value;
  const recordTimestampMs = input.recordTimestampMs ?? -1;
  const tail = encoder.encode('00}');
  const bytes = new Uint8Array([...(key ?? []), ...(value ?? []), ...tail]);
  const keyEnd = key?.length ?? -1;
  const valueStart = Math.max(0, keyEnd);
  const scanner = new PriceScanner(fields, maxAheadMs);
  const isGood = scanner.scan(
    bytes,
    key === null ? -1 : 0,
    keyEnd,
    value === null ? -1 : valueStart,
    value === null ? -1 : valueStart + value.length,
    recordTimestampMs,
  );
  const outcome = isGood ? { value: scanner.value, timeMs: scanner.timeMs } : scanner.reason!;
  expect(isGood).toBe(scanner.reason === null);
  expect(scanner.detail === '').toBe(isGood);
  expect(outcome, String(input.value)).toEqual(
    plainScan({ key, value, recordTimestampMs }, fields, maxAheadMs),
  );
  return outcome;
}

const good = (value: number, timeMs: number) => ({ value, timeMs });

test('the first reason that applies is given, in the order of the contract', () => {
  const value = (text: string) => encoder.encode(text.padEnd(70_000));
  const long = new Uint8Array(1025).fill(0xff);
  const faults: [DeadLetterReason, Input][] = [
    ['null_key', { key: null, value: null }],
    ['key_too_long', { key: long, value: null }],
    ['bad_key', { key: long.subarray(0, 1024), value: null }],
    ['bad_key', { key: new Uint8Array(0), value: null }],
    ['null_value', { value: null }],
    ['too_large', { value: value('') }],
    ['not_json', { value: '{"price":"x","timestamp":"x"' }],
    ['no_value', { value: '{"timestamp":"x"}' }],
    ['not_a_number', { value: '{"price":"x","timestamp":"x"}' }],
    ['out_of_range', { value: '{"price":1.1e100,"timestamp":"x"}' }],
    ['no_timestamp', { value: '{"price":1e100}' }],
    ['bad_timestamp', { value: '{"price":1,"timestamp":8640000000000001}', recordTimestampMs: 0 }],
    ['timestamp_ahead', { value: '{"price":1,"timestamp":6000}', recordTimestampMs: 999 }],
  ];
  for (const [reason, input] of faults) expect(scan(input, FIELDS, 5_000)).toBe(reason);
  expect(scan({ value: '{"price":1,"timestamp":6000}', recordTimestampMs: 1_000 }, FIELDS, 5_000)).toEqual(
    good(1, 6_000),
  );
});

test('a key of 1,024 bytes and a value of 65,536 bytes are taken', () => {
  const value = '{"price":1,"timestamp":2}'.padEnd(65_536);
  expect(scan({ key: new Uint8Array(1_024).fill(0x41), value })).toEqual(good(1, 2));
  expect(scan({ value: `${value} ` })).toBe('too_large');
  expect(scan({ key: encoder.encode('\ufeffé\0'), value })).toEqual(good(1, 2));
});

const JSON_CASES: [string, Outcome][] = [
  ['', 'not_json'],
  [' ', 'not_json'],
  ['\ufeff{"price":1,"timestamp":2}', 'not_json'],
  ['{"price":1,"timestamp":2}x', 'not_json'],
  ['{"price":1,"timestamp":2}{}', 'not_json'],
  ['{"price":1,"timestamp":2,}', 'not_json'],
  ['{"price":1,,"timestamp":2}', 'not_json'],
  ['{"price":01,"timestamp":2}', 'not_json'],
  ['{"price":+1,"timestamp":2}', 'not_json'],
  ['{"price":.5,"timestamp":2}', 'not_json'],
  ['{"price":1.,"timestamp":2}', 'not_json'],
  ['{"price":1e,"timestamp":2}', 'not_json'],
  ['{"price":-,"timestamp":2}', 'not_json'],
  ['{"price":NaN,"timestamp":2}', 'not_json'],
  ['{"price":1,"timestamp":2,"x":tru}', 'not_json'],
  ['{"price":1,"timestamp":2,"x":"\u0001"}', 'not_json'],
  ['{"price":1,"timestamp":2,"x":"\\x"}', 'not_json'],
  ['{"price":1,"timestamp":2,"x":"\\u12g4"}', 'not_json'],
  ["{'price':1,'timestamp':2}", 'not_json'],
  ['{"price":1,"timestamp":2', 'not_json'],
  ['{"price":1,"timestamp":2,"x":"\\', 'not_json'],
  ['\u00a0{"price":1,"timestamp":2}', 'not_json'],
  ['{"price":1,"timestamp":2,"x":"\u007f\u2028😀\\ud800\\/"}', good(1, 2)],
  [' \t\r\n{ "price" : 1 , "timestamp" : 2 } \n', good(1, 2)],
  ['null', 'no_value'],
  ['5', 'no_value'],
  ['[{"price":1}]', 'no_value'],
  ['{}', 'no_value'],
  ['{"price":null,"timestamp":2}', 'no_value'],
  ['{"Price":1,"timestamp":2}', 'no_value'],
  ['{"price":true,"timestamp":2}', 'not_a_number'],
  ['{"price":{},"timestamp":2}', 'not_a_number'],
  ['{"price":"","timestamp":2}', 'not_a_number'],
  ['{"price":"1e3","timestamp":2}', 'not_a_number'],
  ['{"price":" 1","timestamp":2}', 'not_a_number'],
  ['{"price":"+1","timestamp":2}', 'not_a_number'],
  ['{"price":"1\\n","timestamp":2}', 'not_a_number'],
  ['{"price":"Infinity","timestamp":2}', 'not_a_number'],
  ['{"price":1e400,"timestamp":2}', 'not_a_number'],
  [`{"price":"${'9'.repeat(400)}","timestamp":2}`, 'not_a_number'],
  ['{"price":-1.0000000000000001e100,"timestamp":2}', good(-1e100, 2)],
  ['{"price":-1.000000000000001e100,"timestamp":2}', 'out_of_range'],
  ['{"price":"007.50","timestamp":"0002"}', good(7.5, 2)],
  ['{"price":"\\u0031","timestamp":2}', good(1, 2)],
  ['{"\\u0070rice":1,"timestamp":2}', good(1, 2)],
  ['{"price":1,"price":3,"timestamp":2}', good(3, 2)],
  ['{"price":"x","price":3,"timestamp":null,"timestamp":2}', good(3, 2)],
  ['{"price":3,"price":"x","timestamp":2}', 'not_a_number'],
  ['{"price":3,"\\u0070rice":4,"timestamp":2}', good(4, 2)],
  ['{"price":-0,"timestamp":-0}', good(-0, 0)],
  ['{"price":5e-324,"timestamp":2}', good(5e-324, 2)],
  ['{"price":9007199254740993,"timestamp":2}', good(9007199254740992, 2)],
  ['{"price":0.1000000000000000055511151231257827,"timestamp":2}', good(0.1, 2)],
  ['{"price":1,"timestamp":2,"__proto__":{"price":5},"x":[1,{"price":7}]}', good(1, 2)],
  ['{"price":1}', 'no_timestamp'],
  ['{"price":1,"timestamp":null}', 'no_timestamp'],
  ['{"price":1,"timestamp":""}', 'bad_timestamp'],
  ['{"price":1,"timestamp":[2]}', 'bad_timestamp'],
  ['{"price":1,"timestamp":"2023-11-14T22:13:20Z"}', 'bad_timestamp'],
  ['{"price":1,"timestamp":"1.7e12"}', 'bad_timestamp'],
  ['{"price":1,"timestamp":1.7e12}', good(1, 1_700_000_000_000)],
  ['{"price":1,"timestamp":17e+11}', good(1, 1_700_000_000_000)],
  ['{"price":1,"timestamp":1.9999}', good(1, 1)],
  ['{"price":1,"timestamp":0.9999999999999999999999999}', good(1, 0)],
  ['{"price":1,"timestamp":-0.0000000000000000000000001}', 'bad_timestamp'],
  ['{"price":1,"timestamp":-1e-999999999999}', 'bad_timestamp'],
  ['{"price":1,"timestamp":1e-999999999999}', good(1, 0)],
  ['{"price":1,"timestamp":0e999999999999}', good(1, 0)],
  ['{"price":1,"timestamp":1e999999999999}', 'bad_timestamp'],
  ['{"price":1,"timestamp":8640000000000000}', good(1, 8.64e15)],
  ['{"price":1,"timestamp":8640000000000000.999}', good(1, 8.64e15)],
  ['{"price":1,"timestamp":8640000000000001}', 'bad_timestamp'],
  ['{"price":1,"timestamp":"-1"}', 'bad_timestamp'],
];

test('hostile values are what JSON and the contract say they are', () => {
  for (const [text, outcome] of JSON_CASES) expect(scan({ value: text }), text).toEqual(outcome);
});

test('bytes that are not UTF-8 are not JSON, wherever they stand', () => {
  const ill = [
    [0x80],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
  ];
  for (const sequence of ill) {
    const bytes = encoder.encode('{"price":1,"timestamp":2,"x":"????"}');
    bytes.fill(0x20, 30, 34);
    bytes.set(sequence, 30);
    expect(scan({ value: bytes })).toBe('not_json');
  }
});

test('times are converted exactly from their text, cut toward minus infinity', () => {
  const cases: [PriceFields['timeUnit'], string, Outcome][] = [
    ['s', '"1700000000.1239"', good(1, 1_700_000_000_123)],
    ['s', '1700000000.1239', good(1, 1_700_000_000_123)],
    ['s', '1700000000.123999999999999999999999', good(1, 1_700_000_000_123)],
    ['s', '4.35', good(1, 4_350)],
    ['s', '8640000000000.0009', good(1, 8.64e15)],
    ['s', '8640000000000.001', 'bad_timestamp'],
    ['us', '1700000000123999', good(1, 1_700_000_000_123)],
    ['ns', '1700000000123999999', good(1, 1_700_000_000_123)],
    ['ns', '"1700000000123999999"', good(1, 1_700_000_000_123)],
    ['ns', '1699999999999999999', good(1, 1_699_999_999_999)],
    ['ns', '999999', good(1, 0)],
    ['ns', '-1', 'bad_timestamp'],
  ];
  for (const [timeUnit, text, outcome] of cases) {
    expect(scan({ value: `{"price":1,"timestamp":${text}}` }, { ...FIELDS, timeUnit })).toEqual(outcome);
  }
});

test('a field is a top-level name, else a path through objects', () => {
  const fields: PriceFields = { valueField: 'a.b', timeField: 't.u.v', timeUnit: 'ms' };
  const cases: [string, Outcome][] = [
    ['{"a":{"b":1},"t":{"u":{"v":2}}}', good(1, 2)],
    ['{"a":{"b":1},"a.b":3,"t.u.v":2}', good(3, 2)],
    ['{"a.b":3,"a":{"b":1},"t.u.v":2}', good(3, 2)],
    ['{"a.b":3,"t.u.v":2}', good(3, 2)],
    ['{"a.b":null,"a":{"b":1},"t.u.v":2}', 'no_value'],
    ['{"a":{"b":1},"a":{"c":2},"t.u.v":2}', 'no_value'],
    ['{"a":[{"b":1}],"t.u.v":2}', 'no_value'],
    ['{"a":1,"t.u.v":2}', 'no_value'],
    ['{"a":{"b":1},"t.u":{"v":2}}', 'no_timestamp'],
    ['{"a":{"b":1},"t":{"u":[2]}}', 'no_timestamp'],
  ];
  for (const [text, outcome] of cases) expect(scan({ value: text }, fields), text).toEqual(outcome);
});

test('names that objects inherit are not fields', () => {
  for (const valueField of ['__proto__', 'constructor', 'constructor.length', 'x.length', '__proto__.y']) {
    const fields = { ...FIELDS, valueField };
    expect(scan({ value: '{"timestamp":2,"x":[1],"z":"abc"}' }, fields)).toBe('no_value');
  }
  const fields = { ...FIELDS, valueField: '__proto__' };
  expect(scan({ value: '{"__proto__":5,"timestamp":2}' }, fields)).toEqual(good(5, 2));
  expect(scan({ value: '{"__proto__":{"price":5},"timestamp":2}' })).toBe('no_value');
});

test('nesting to any depth is no fault', () => {
  const nested = `${'['.repeat(32_000)}${']'.repeat(32_000)}`;
  const objects = `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`;
  for (const text of [nested, objects]) {
    const bytes = encoder.encode(`{"price":1,"x":${text},"timestamp":2}`);
    const scanner = new PriceScanner(FIELDS, null);
    expect(scanner.scan(bytes, 0, 4, 0, bytes.length, -1)).toBe(true);
    expect([scanner.value, scanner.timeMs]).toEqual([1, 2]);
    expect(scanner.scan(bytes, 0, 4, 0, bytes.length - 1, -1)).toBe(false);
    expect(scanner.reason).toBe('not_json');
  }
});

test("the record's own timestamp can be the time", () => {
  const fields = { ...FIELDS, timeField: '$record', timeUnit: 's' as const };
  const value = '{"price":1,"$record":"x","timestamp":5}';
  expect(scan({ value, recordTimestampMs: 7 }, fields, 0)).toEqual(good(1, 7));
  expect(scan({ value, recordTimestampMs: 0 }, fields, 0)).toEqual(good(1, 0));
  expect(scan({ value, recordTimestampMs: -1 }, fields, 0)).toBe('no_timestamp');
  expect(scan({ value, recordTimestampMs: 8.64e15 + 2 }, fields, 0)).toBe('bad_timestamp');
});

test('a record without a Kafka timestamp, or without the rule, is never ahead', () => {
  const value = '{"price":1,"timestamp":1000}';
  expect(scan({ value, recordTimestampMs: -1 }, FIELDS, 0)).toEqual(good(1, 1_000));
  expect(scan({ value, recordTimestampMs: 0 }, FIELDS, null)).toEqual(good(1, 1_000));
  expect(scan({ value, recordTimestampMs: 0 }, FIELDS, 999)).toBe('timestamp_ahead');
  expect(scan({ value, recordTimestampMs: 0 }, FIELDS, 1_000)).toEqual(good(1, 1_000));
});

test('one field can be both value and time', () => {
  const fields: PriceFields = { valueField: 'x', timeField: 'x', timeUnit: 'ms' };
  expect(scan({ value: '{"x":5}' }, fields)).toEqual(good(5, 5));
});

test('details name the field, what was found and what was wanted', () => {
  const scanner = new PriceScanner(FIELDS, 5_000);
  const detail = (text: string) => {
    const bytes = encoder.encode(`K${text}`);
    scanner.scan(bytes, 0, 1, 1, bytes.length, 0);
    return scanner.detail;
  };
  expect(detail('{"price":"abc"}')).toBe('price: "abc", wanted a finite number');
  expect(detail('{"price":1,"timestamp":-5}')).toBe(
    'timestamp: -5, wanted a time in ms since 1970 from 0 to 8640000000000000 ms',
  );
  expect(detail('{"price":1,"timestamp":6000}')).toBe(
    'timestamp: 6000 ms, 6000 ms past the record timestamp 0, wanted at most 5000 ms',
  );
  expect(detail('')).toBe('value: empty, wanted a JSON object');
});
