import { expect, test } from 'vitest';
import { parseAverage } from './average.ts';

const WHOLE = {
  symbol: 'ACME',
  window: 'sliding-10s',
  window_start: -9_000,
  window_end: 1_000,
  average: 1.5,
  record_count: 2,
  revision: 1,
  is_final: false,
  input_offset: 0,
  schema_version: 1,
};

const parse = (value: object) => parseAverage(new TextEncoder().encode(JSON.stringify(value)));

test('unknown fields are ignored, aggregates that are not sent stay away', () => {
  expect(parse({ ...WHOLE, median: 3 })).toEqual(WHOLE);
});

test('what is malformed is refused with the field, what was found and what was wanted', () => {
  const cases: [object, string][] = [
    [{ ...WHOLE, schema_version: 2 }, 'average: schema_version is 2, wanted 1'],
    [{ ...WHOLE, symbol: 5 }, 'average: symbol is 5, wanted a string'],
    [{ ...WHOLE, window_end: 1.5 }, 'average: window_end is 1.5, wanted an integer'],
    [{ ...WHOLE, record_count: 0 }, 'average: record_count is 0, wanted an integer from 1'],
    [{ ...WHOLE, revision: undefined }, 'average: revision is missing, wanted an integer'],
    [{ ...WHOLE, is_final: 1 }, 'average: is_final is 1, wanted true or false'],
    [{ ...WHOLE, average: null }, 'average: average is null, wanted a finite number'],
    [[WHOLE], 'average: [{"symbol"'],
  ];
  for (const [value, message] of cases) expect(() => parse(value)).toThrow(message);
  expect(() => parseAverage(new TextEncoder().encode('{'))).toThrow(/^average: .+, wanted a JSON object$/);
  expect(() => parseAverage(Uint8Array.of(0xff))).toThrow('wanted a JSON object');
});
