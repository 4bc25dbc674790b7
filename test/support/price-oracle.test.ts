import { expect, test } from 'vitest';
import { type PriceOracleSettings, readPrice } from './price-oracle.ts';

const usual: PriceOracleSettings = {
  valueField: 'price',
  timeField: 'timestamp',
  timeUnit: 'ms',
  maxAheadMs: 5000,
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(
  value: string | Uint8Array | null,
  changes: Partial<PriceOracleSettings> = {},
  timestampMs: number | null = null,
) {
  const reading = readPrice(
    { ...usual, ...changes },
    bytes('A'),
    typeof value === 'string' ? bytes(value) : value,
    timestampMs,
  );
  return 'reason' in reading ? reading.reason : [reading.value, reading.timeMs];
}

test('the key is judged first', () => {
  const reasons = [null, new Uint8Array(1025), new Uint8Array(0), new Uint8Array([0xff])].map((key) =>
    readPrice(usual, key, null, null),
  );
  expect(reasons).toEqual([
    { reason: 'null_key' },
    { reason: 'key_too_long' },
    { reason: 'bad_key' },
    { reason: 'bad_key' },
  ]);
});

test.each([
  [null, 'null_value'],
  [new Uint8Array(65_537), 'too_large'],
  ['', 'not_json'],
  ['\ufeff{"price":1,"timestamp":1}', 'not_json'],
  ['{"price":01,"timestamp":1}', 'not_json'],
  [new Uint8Array([0x22, 0xc0, 0x80, 0x22]), 'not_json'],
  ['['.repeat(30_000) + ']'.repeat(30_000), 'no_value'],
  ['[1]', 'no_value'],
  ['{"price":null}', 'no_value'],
  ['{"__proto__":{"price":1},"timestamp":1}', 'no_value'],
  ['{"price":"1e5"}', 'not_a_number'],
  ['{"price":" 1"}', 'not_a_number'],
  ['{"price":true}', 'not_a_number'],
  ['{"price":1e999}', 'not_a_number'],
  ['{"price":1.1e100}', 'out_of_range'],
  ['{"price":1}', 'no_timestamp'],
  ['{"price":1,"timestamp":null}', 'no_timestamp'],
  ['{"price":1,"timestamp":"1e3"}', 'bad_timestamp'],
  ['{"price":1,"timestamp":-0.1}', 'bad_timestamp'],
  ['{"price":1,"timestamp":8640000000000001}', 'bad_timestamp'],
  ['{"price":1,"timestamp":1e999}', 'bad_timestamp'],
  ['{"price":1e0,"timestamp":1e3}', [1, 1000]],
  ['{"price":"-007.50","timestamp":"0012.999"}', [-7.5, 12]],
  ['{"price":1,"price":2,"timestamp":-0.0}', [2, 0]],
  ['{"price":1,"timestamp":1e-999999999}', [1, 0]],
] as const)('%j gives %j', (value, wanted) => {
  expect(read(value)).toEqual(wanted);
});

test('fields are a top-level name, else a path through own fields of objects', () => {
  expect(read('{"a":{"b":1},"timestamp":5}', { valueField: 'a.b' })).toEqual([1, 5]);
  expect(read('{"a.b":2,"a":{"b":1},"timestamp":5}', { valueField: 'a.b' })).toEqual([2, 5]);
  expect(read('{"a.b":null,"a":{"b":1},"timestamp":5}', { valueField: 'a.b' })).toEqual('no_value');
  expect(read('{"a":[1],"timestamp":5}', { valueField: 'a.0' })).toEqual('no_value');
  expect(read('{"\\u0070rice":3,"timestamp":5}')).toEqual([3, 5]);
});

test('times are converted exactly from their text, toward minus infinity', () => {
  const time = (text: string, timeUnit: PriceOracleSettings['timeUnit']) =>
    read(`{"price":1,"timestamp":${text}}`, { timeUnit });
  expect(time('1700000000.1239999999999999', 's')).toEqual([1, 1_700_000_000_123]);
  expect(time('1700000000123999', 'us')).toEqual([1, 1_700_000_000_123]);
  expect(time('"1700000000123999999"', 'ns')).toEqual([1, 1_700_000_000_123]);
  expect(time('8640000000001', 's')).toEqual('bad_timestamp');
});

test('a wrong clock is measured against the own Kafka timestamp', () => {
  expect(read('{"price":1,"timestamp":6000}', {}, 1000)).toEqual([1, 6000]);
  expect(read('{"price":1,"timestamp":6001}', {}, 1000)).toEqual('timestamp_ahead');
  expect(read('{"price":1,"timestamp":6001}', { maxAheadMs: null }, 1000)).toEqual([1, 6001]);
  expect(read('{"price":1}', { timeField: '$record', timeUnit: 's' }, 1000)).toEqual([1, 1000]);
  expect(read('{"price":1}', { timeField: '$record' })).toEqual('no_timestamp');
});
