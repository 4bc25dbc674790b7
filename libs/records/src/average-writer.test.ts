import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AGGREGATES, type Aggregate, parseAverage } from './average.ts';
import { type AverageFields, AverageWriter } from './average-writer.ts';
import { ByteWriter } from './byte-writer.ts';
import { jsonString } from './json-string.ts';

const RESULT: AverageFields = {
  definition: 0,
  startMs: 1_700_000_000_123,
  endMs: 1_700_000_010_123,
  count: 11,
  total: 1104.62,
  average: 100.42,
  minimum: 99.1,
  maximum: 101.9,
  earliest: 99.8,
  latest: 100.7,
  stddev: 0.71,
  revision: 1,
  isFinal: false,
  inputOffset: 48_211,
};

const encoder = new TextEncoder();
const out = new ByteWriter(8);

function write(symbol: string, result: AverageFields, aggregates: Aggregate[] = [...AGGREGATES]): string {
  const writer = new AverageWriter({ windowNames: ['sliding-10s', 'tumbling-1m'], aggregates });
  writer.write(out, jsonString(encoder.encode(symbol)), result);
  return new TextDecoder().decode(out.toBytes());
}

/** The plain twin. */
function plain(symbol: string, result: AverageFields, aggregates: Aggregate[]): string {
  const sent = (name: Aggregate) => (aggregates.includes(name) ? result[name] : undefined);
  return JSON.stringify({
    symbol,
    window: ['sliding-10s', 'tumbling-1m'][result.definition],
    window_start: result.startMs,
    window_end: result.endMs,
    average: sent('average'),
    record_count: result.count,
    total: sent('total'),
    minimum: sent('minimum'),
    maximum: sent('maximum'),
    earliest: sent('earliest'),
    latest: sent('latest'),
    stddev: sent('stddev'),
    revision: result.revision,
    is_final: result.isFinal,
    input_offset: result.inputOffset,
    schema_version: 1,
  });
}

test("an average is the contract's example, byte by byte", () => {
  expect(write('ACME', RESULT)).toBe(
    '{"symbol":"ACME","window":"sliding-10s","window_start":1700000000123,"window_end":1700000010123,"average":100.42,"record_count":11,"total":1104.62,"minimum":99.1,"maximum":101.9,"earliest":99.8,"latest":100.7,"stddev":0.71,"revision":1,"is_final":false,"input_offset":48211,"schema_version":1}',
  );
});

test('record_count is sent even where no aggregate is', () => {
  expect(write('A', { ...RESULT, definition: 1, isFinal: true }, [])).toBe(
    '{"symbol":"A","window":"tumbling-1m","window_start":1700000000123,"window_end":1700000010123,"record_count":11,"revision":1,"is_final":true,"input_offset":48211,"schema_version":1}',
  );
});

test('writer and JSON.stringify agree for any result, and the reader gets it back', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  const integer = fc.maxSafeNat();
  const result: fc.Arbitrary<AverageFields> = fc.record({
    definition: fc.nat(1),
    startMs: fc.maxSafeInteger(),
    endMs: fc.maxSafeInteger(),
    count: integer.map((count) => Math.max(1, count)),
    total: double,
    average: double,
    minimum: double,
    maximum: double,
    earliest: double,
    latest: double,
    stddev: double,
    revision: fc.integer({ min: 1 }),
    isFinal: fc.boolean(),
    inputOffset: integer,
  });
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      result,
      fc.subarray([...AGGREGATES]),
      (symbol, any, aggregates) => {
        const text = write(symbol, any, aggregates);
        expect(text).toBe(plain(symbol, any, aggregates));
        expect(JSON.stringify(parseAverage(encoder.encode(text)))).toHaveLength(text.length);
        expect(parseAverage(encoder.encode(text))).toEqual(JSON.parse(text));
      },
    ),
  );
});

test('takes the symbol out of a larger array, where many of them lie side by side', () => {
  const writer = new AverageWriter({
    windowNames: ['sliding-10s', 'tumbling-1m'],
    aggregates: [...AGGREGATES],
  });
  const all = encoder.encode('A"A"ACME"ACME"B"B"');
  writer.write(out, all, RESULT, 8, 14);
  expect(new TextDecoder().decode(out.toBytes())).toBe(plain('ACME', RESULT, [...AGGREGATES]));
});
