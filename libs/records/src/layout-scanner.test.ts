import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlatScanner } from './flat-scanner.ts';
import { LayoutScanner } from './layout-scanner.ts';
import type { PriceFields } from './price.ts';
import { PriceNames } from './price-names.ts';
import { PriceScanner } from './price-scanner.ts';
import { plainScan } from './price-scanner.twin.ts';

const RUNS = process.env['TEST_SCALE'] === 'full' ? 20_000 : 4_000;
/** Values of one producer in a row, some of them damaged. */
const VALUES = 8;

const encoder = new TextEncoder();

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((any) => JSON.stringify(any).slice(1, -1)),
  fc.constantFrom('ACME', '', 'é😀', '\\u0041\\n', '\u007f'),
);
const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`));
const number = fc.oneof(
  { weight: 4, arbitrary: fc.nat(999_999).map((cents) => String(cents / 100)) },
  fc.tuple(digits(11), digits(11)).map((parts) => parts.join('.')),
  digits(20),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '0.0', '-1', '00', '01.5', '1.', '.5', '1e3', '1E-3', '1.5e2', '1e', '1..2'),
  fc.constantFrom('999999999', '1000000000', '99999999.9', '123456789.5', '9007199254740993', '', '-', '1,2'),
);
const time = fc.oneof(
  { weight: 4, arbitrary: fc.nat(999_999).map((ms) => String(1_700_000_000_000 + ms)) },
  { weight: 2, arbitrary: fc.maxSafeNat().map(String) },
  { weight: 2, arbitrary: number },
  fc.tuple(digits(16), digits(9)).map((parts) => parts.join('.')),
  fc.constantFrom('17000000', '1700000', '170000001234567', '1700000012345678', '17000000.5', '17000000e2'),
);
const literal = fc.constantFrom('true', 'false', 'null', 'tru', 'nulll');

/** What stands between the values; `$t`, `$n`, `$l`, `$v` and `$T` are put in for each value anew. */
const layout = fc.oneof(
  fc.constantFrom(
    '{"symbol":"$t","price":$v,"timestamp":$T}',
    '{"timestamp":$T,"price":$v}',
    '{"price":"$v","timestamp":"$T","size":$n}',
    '{"e":"$t","E":$n,"s":"$t","price":"$v","m":$l,"timestamp":$T}',
    ' { "price" : $v , "timestamp" : $T } \n',
    '{"price":$n,"price":$v,"timestamp":"$T","timestamp":$T}',
    '{"price":$v,"timestamp":$T,"a name of more than sixteen bytes":"$t","prïce":$n}',
  ),
  fc
    .shuffledSubarray(['"price":$v', '"timestamp":$T', '"a":"$t"', '"b":$n', '"c":$l', '"price ":$n'])
    .map((members) => `{${members.join(', ')}}`),
);
const value = layout.chain((of) =>
  fc.array(
    fc
      .tuple(text, text, number, number, literal, number, time, time)
      .map(([t, u, n, m, l, v, s, w]) => fill(of, { $t: [t, u], $n: [n, m], $l: [l], $v: [v], $T: [s, w] })),
    { minLength: 2, maxLength: VALUES },
  ),
);
const damage = fc.record({
  isDone: fc.constantFrom(true, false, false),
  at: fc.nat(),
  removed: fc.constantFrom(0, 1),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...encoder.encode('{}[]",:.-+eE019 \\u'))),
});
const fields: fc.Arbitrary<PriceFields> = fc.record({
  valueField: fc.constant('price'),
  timeField: fc.constantFrom('timestamp', 'timestamp', '$record'),
  timeUnit: fc.constantFrom('ms', 'ms', 's', 'us', 'ns'),
});

function fill(of: string, parts: Record<string, string[]>): Uint8Array {
  let taken = 0;
  return encoder.encode(of.replace(/\$[tnlvT]/g, (name) => parts[name]![taken++ % parts[name]!.length]!));
}

interface Case {
  wanted: PriceFields;
  /** In the order of their coming: the producers take turns. */
  values: Uint8Array[];
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fields,
    fc.array(value, { minLength: 1, maxLength: 6 }),
    fc.array(damage, { minLength: VALUES, maxLength: VALUES }),
  )
  .map(([wanted, producers, damages]) => {
    const turns = damages.map((one, turn) =>
      producers.flatMap((values) => (turn < values.length ? [damaged(values[turn]!, one)] : [])),
    );
    return { wanted, values: turns.flat() };
  });

test('a known layout is read as any flat object is, or not at all', () => {
  let [found, refused] = [0, 0];
  const property = fc.property(cases, ({ wanted, values }) => {
    const names = new PriceNames(wanted);
    const [layouts, flat] = [new LayoutScanner(wanted, names), new FlatScanner(wanted, names)];
    for (const bytes of values) {
      const array = surrounded(bytes);
      const isGood = flat.scan(array, 1, 1 + bytes.length);
      if (layouts.scan(array, 1, 1 + bytes.length)) {
        found++;
        const isSame = Object.is(layouts.value, flat.value) && Object.is(layouts.timeMs, flat.timeMs);
        if (!isGood || !isSame) {
          const { value: price, timeMs } = layouts;
          expect({ text: decode(bytes), price, timeMs }).toEqual({
            isGood,
            price: flat.value,
            timeMs: flat.timeMs,
          });
        }
      } else if (isGood) layouts.learn(array, 1, 1 + bytes.length);
      else refused++;
    }
  });
  fc.assert(property, { numRuns: RUNS, seed: 20_240_502 });
  // Neither answer may have been tested by accident only.
  expect(found).toBeGreaterThan(RUNS / 2);
  expect(refused).toBeGreaterThan(RUNS / 2);
});

test('whatever a flat object can hold is read in a layout once it is known', () => {
  const wanted: PriceFields = { valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' };
  const names = new PriceNames(wanted);
  const [layouts, flat] = [new LayoutScanner(wanted, names), new FlatScanner(wanted, names)];
  const scan = (text: string, price: string, time: string) => {
    const bytes = encoder.encode(
      `{"symbol":"${text}","price":${price},"timestamp":${time},"a":true,"n":${price}}`,
    );
    const isKnown = layouts.scan(bytes, 0, bytes.length);
    if (!isKnown && flat.scan(bytes, 0, bytes.length)) layouts.learn(bytes, 0, bytes.length);
    return isKnown;
  };
  expect(scan('A', '1', '2')).toBe(false);
  const texts = ['A', '', 'é', '\\"', '\\u0041', 'a longer one \\n 😀'];
  const numbers = [
    '0',
    '-1',
    '1e3',
    '1.5E-3',
    '123456789',
    '1234567890',
    '12345678.9',
    '123456789.1',
    '0.001',
  ];
  const times = ['0', '1e3', '17000000', '1700000000000', '1700000000001', '170000000000000', '17000000.5'];
  for (const text of texts) expect(scan(text, '1', '2'), text).toBe(true);
  for (const number of numbers) expect(scan('A', number, '2'), number).toBe(true);
  for (const time of [...times, '1700000000000000', '17000000e2'])
    expect(scan('A', '1', time), time).toBe(true);
});

test('where most layouts are unknown it rests, and looks again later', () => {
  const wanted: PriceFields = { valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' };
  const layouts = new LayoutScanner(wanted, new PriceNames(wanted));
  const isFound = (producer: number) => {
    const bytes = encoder.encode(`{"price":1,"timestamp":2,"a${producer}":3}`);
    const isKnown = layouts.scan(bytes, 0, bytes.length);
    if (!isKnown) layouts.learn(bytes, 0, bytes.length);
    return isKnown;
  };
  const found = (producers: number, values: number) =>
    Array.from({ length: values }, (_, index) => isFound(index % producers)).filter(Boolean).length;
  expect(found(4, 1_000)).toBe(996);
  // Sixteen by turns: a quarter is found until it rests.
  expect(found(16, 5_000)).toBeLessThan(200);
  expect(found(1, 1_000)).toBe(0);
  expect(found(1, 10_000)).toBeGreaterThan(5_000);
  expect(found(5, 10_000)).toBe(8_000);
});

test('one scanner for all values says what the plain twin says of each', () => {
  const key = encoder.encode('K');
  const property = fc.property(cases, ({ wanted, values }) => {
    const scanner = new PriceScanner(wanted, 5_000);
    for (const bytes of values) {
      const recordTimestampMs = 1_700_000_500_000;
      const isGood = scanner.scan(surrounded(bytes), 0, 1, 1, 1 + bytes.length, recordTimestampMs);
      const plain = plainScan({ key, value: bytes, recordTimestampMs }, wanted, 5_000);
      const isSame =
        typeof plain === 'string'
          ? !isGood && scanner.reason === plain
          : isGood && Object.is(scanner.value, plain.value) && Object.is(scanner.timeMs, plain.timeMs);
      const { value: price, timeMs, reason } = scanner;
      if (!isSame) expect({ text: decode(bytes), isGood, price, timeMs, reason }).toEqual(plain);
    }
  });
  fc.assert(property, { numRuns: RUNS / 4, seed: 20_240_503 });
});

/** Between bytes that would go on with the value if they were read. */
function surrounded(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([0x31, ...bytes, 0x30, 0x7d]);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function damaged(
  bytes: Uint8Array,
  { isDone, at, removed, byte }: { isDone: boolean; at: number; removed: number; byte: number },
) {
  if (!isDone) return bytes;
  const changed = [...bytes];
  changed.splice(at % (changed.length + 1), removed, byte);
  return Uint8Array.from(changed);
}
