import { PriceScanner } from '@meanwhile/records';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PriceOracleSettings, readPrice } from './price-oracle.ts';

const RUNS = { numRuns: 3000, interruptAfterTimeLimit: 20_000 };
const encoder = new TextEncoder();

const settings: fc.Arbitrary<PriceOracleSettings> = fc.record({
  valueField: fc.constantFrom('price', 'a.b', 'p'),
  timeField: fc.constantFrom('timestamp', 'a.t', '$record'),
  timeUnit: fc.constantFrom('ms', 's', 'us', 'ns'),
  maxAheadMs: fc.option(fc.constantFrom(0, 5000)),
});

const digits = (max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((all) => all.join(''));
const decimal = fc
  .tuple(
    fc.constantFrom('', '', '-', '+'),
    digits(22),
    fc.option(digits(25)),
    fc.constantFrom('', '', 'e2', 'E-3', 'e400', 'e-400', 'e99'),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent}`,
  );
const usual = fc.oneof(
  fc.integer({ min: 0, max: 99_999 }).map((cents) => String(cents / 100)),
  fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }).map(String),
  fc.constantFrom(
    '8640000000000000',
    '8640000000000001',
    '8640000000000000.9',
    '-0',
    '-0.0',
    '0',
    '1e100',
    '1.0000000000000001e100',
  ),
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: usual },
  { weight: 3, arbitrary: decimal },
  { weight: 2, arbitrary: fc.oneof(usual, decimal).map((text) => JSON.stringify(text)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'null',
      'true',
      '""',
      '" 1"',
      '"1 "',
      '{}',
      '[1]',
      '"\\u0031"',
      'NaN',
      '1.',
      '.5',
      '"１"',
      '"1\\n"',
    ),
  },
);
const name = fc.constantFrom(
  'price',
  'timestamp',
  'symbol',
  'p',
  'a',
  'a.b',
  'a.t',
  'b',
  't',
  '__proto__',
  'pr\\u0069ce',
  'x\\"y',
);
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\u00a0');
const flat = fields(scalar);
const nested = fields(fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: flat }));

function fields(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const field = fc
    .tuple(space, name, space, value)
    .map(([before, key, after, text]) => `${before}"${key}"${after}:${text}`);
  return fc.tuple(fc.array(field, { maxLength: 6 }), space).map(([all, end]) => `{${all.join(',')}${end}}`);
}

const plainPrice = fc
  .tuple(usual, usual)
  .map(([price, timestamp]) => `{"symbol":"A","price":${price},"timestamp":${timestamp}}`);
/** What hardly comes by chance. */
const edges = fc.constantFrom(
  '{"price":1,"timestamp":-0.5}',
  '{"price":1,"timestamp":"-0.0000001"}',
  '{"price":1,"timestamp":-1e-400}',
  '{"p":1,"a.b":null,"a":{"b":1,"t":5},"timestamp":5}',
  '{"p":1,"a.b":2,"a":{"b":1,"t":5},"a":{},"timestamp":5}',
  '\ufeff{"price":1,"timestamp":5}',
  '{"price":1,"timestamp":5,"\ufeff":1}',
  '{"price":1,"timestamp":5}{}',
  '{"__proto__":{"price":1,"timestamp":5,"b":1},"p":1}',
);
const text = fc.oneof(
  { weight: 3, arbitrary: nested },
  { weight: 2, arbitrary: plainPrice },
  { weight: 1, arbitrary: edges },
  { weight: 1, arbitrary: fc.json() },
);
/** A byte changed, cut or put in, where the fast path must not be fooled. */
const broken = fc
  .tuple(text, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1))
  .map(([json, place, byte, removed]) => {
    const bytes = [...encoder.encode(json)];
    bytes.splice(place % (bytes.length + 1), removed, byte);
    return new Uint8Array(bytes);
  });
const value = fc.oneof(
  { weight: 6, arbitrary: text.map((json) => encoder.encode(json)) },
  { weight: 3, arbitrary: broken },
  { weight: 1, arbitrary: fc.constantFrom(null, new Uint8Array(0), new Uint8Array(65_537).fill(32)) },
);
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.string({ minLength: 1, unit: 'binary' }).map((symbol) => encoder.encode(symbol)),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 8 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      null,
      new Uint8Array(1024).fill(65),
      new Uint8Array(1025),
      encoder.encode('\ufeffA'),
    ),
  },
);
const timestampMs = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 1_800_000_000_000 }));

test('the scanner reads and refuses what the oracle does, for the same reason', () => {
  const property = fc.property(settings, key, value, timestampMs, (of, keyBytes, valueBytes, at) => {
    const wanted = readPrice(of, keyBytes, valueBytes, at);
    const scanner = new PriceScanner(of, of.maxAheadMs);
    const [bytes, keyStart, keyEnd, valueStart, valueEnd] = layOut(keyBytes, valueBytes);
    const isGood = scanner.scan(bytes, keyStart, keyEnd, valueStart, valueEnd, at ?? -1);
    const found = isGood ? { value: scanner.value, timeMs: scanner.timeMs } : { reason: scanner.reason };
    const {
      reason,
      value: number,
      timeMs,
    } = { reason: undefined, value: undefined, timeMs: undefined, ...wanted };
    // -0 is written as 0: equal for every purpose.
    expect(found).toEqual(
      reason === undefined ? { value: same(number!, scanner.value), timeMs } : { reason },
    );
  });
  fc.assert(property, RUNS);
});

function same(wanted: number, found: number): number {
  return wanted === found ? found : wanted;
}

/** Key and value somewhere in a larger array, as in a fetched batch. */
function layOut(
  keyBytes: Uint8Array | null,
  valueBytes: Uint8Array | null,
): [Uint8Array, number, number, number, number] {
  const keyLength = keyBytes?.length ?? 0;
  const valueLength = valueBytes?.length ?? 0;
  const bytes = new Uint8Array(7 + keyLength + valueLength).fill(0x31);
  bytes.set(keyBytes ?? [], 3);
  bytes.set(valueBytes ?? [], 5 + keyLength);
  return [
    bytes,
    keyBytes === null ? -1 : 3,
    keyBytes === null ? -1 : 3 + keyLength,
    valueBytes === null ? -1 : 5 + keyLength,
    valueBytes === null ? -1 : 5 + keyLength + valueLength,
  ];
}
