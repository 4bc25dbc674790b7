import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atScale, timeLimits } from '../../../test/support/engine-scale.ts';
import type { PriceFields } from './price.ts';
import { PriceScanner } from './price-scanner.ts';
import { plainScan } from './price-scanner.twin.ts';
import { readPriceText } from './read-price-text.ts';

// Each document as it is and with five changes to its bytes: 120,000 cases, a million in a night.
const DOCUMENTS = atScale(20_000, 170_000);
const CHANGES = 5;

const encoder = new TextEncoder();

const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`));
const decimal = fc
  .tuple(
    fc.constantFrom('', '', '', '-'),
    fc.oneof(fc.nat(99_999).map(String), fc.nat(99_999).map(String), digits(20), fc.constant('0')),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, digits(4).map(dotted), digits(24).map(dotted)),
  )
  .map((parts) => parts.join(''));
const number = fc.oneof(
  { weight: 9, arbitrary: decimal },
  fc.tuple(decimal, fc.constantFrom('e', 'E+', 'e-'), digits(3)).map((parts) => parts.join('')),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('9007199254740991', '9007199254740992', '9007199254740993', '8640000000000000', '1e400'),
);
const time = fc
  .tuple(
    fc.oneof(
      fc.maxSafeNat().map((whole) => String(whole)),
      { weight: 3, arbitrary: fc.maxSafeNat().map((whole) => String(whole % 8_640_000_000_001)) },
    ),
    fc.oneof({ weight: 2, arbitrary: fc.constant('') }, digits(9).map(dotted)),
    fc.constantFrom('', '', '"'),
  )
  .map(([whole, fraction, quote]) => `${quote}${whole}${fraction}${quote}`);
const scalar = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 3, arbitrary: decimal.map((text) => `"${text}"`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)) },
  fc.constantFrom('null', 'true', 'false', '"\\u0031.5"', '"\\ud800"', '"é\\n"', '{}', '[]', '""'),
);
const NAMES = ['price', 'price', 'timestamp', 'timestamp', 'a.b', 'a', 'b', 't', '__proto__', 'prïce', ''];
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...NAMES).map((text) => `"${text}"`) },
  fc.constantFrom('"\\u0070rice"', '"timestam\\u0070"', '"pric"', '"prices"', '"length"'),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r ');

const object = (value: fc.Arbitrary<string>, minLength: number) =>
  fc
    .array(fc.tuple(space, name, space, fc.constant(':'), space, value, space), { minLength, maxLength: 6 })
    .map((members) => `{${members.map((parts) => parts.join('')).join(',')}}`);
const nested = fc.oneof(
  { weight: 8, arbitrary: scalar },
  object(scalar, 0),
  fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
);
/** Most documents have what is looked for, so that the answer hangs on how it is written. */
const document = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        number,
        time,
        object(scalar, 0).map((text) => text.slice(1)),
      )
      .map(
        ([price, timeText, rest]) =>
          `{"price":${price},"timestamp":${timeText}${rest === '}' ? '' : ','}${rest}`,
      ),
  },
  fc.tuple(number, number).map(([price, timeText]) => `{"price":${price},"timestamp":${timeText}}`),
  fc.tuple(space, object(scalar, 2), space).map((parts) => parts.join('')),
  object(nested, 1),
  nested,
);
const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'insert', 'remove'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...encoder.encode('{}[]",:.-+eE019 \\u'))),
});
const fields: fc.Arbitrary<PriceFields> = fc.record({
  valueField: fc.oneof(
    { weight: 9, arbitrary: fc.constant('price') },
    fc.constantFrom('a.b', '__proto__', 'prïce', ''),
  ),
  timeField: fc.oneof(
    { weight: 7, arbitrary: fc.constant('timestamp') },
    fc.constantFrom('$record', 'a.b', 't'),
  ),
  timeUnit: fc.constantFrom('ms', 's', 'us', 'ns'),
});

test(
  'bytes, text and the plain twin agree on every value',
  () => {
    let fast = 0;
    let slow = 0;
    const compare = (value: Uint8Array, wanted: PriceFields, recordTimestampMs: number) => {
      const key = encoder.encode('K');
      // What follows the value would go on with it, so that reading past its end is seen.
      const bytes = new Uint8Array([...key, ...value, 0x30, 0x7d]);
      const scanner = new PriceScanner(wanted, 5_000);
      const isGood = scanner.scan(bytes, 0, 1, 1, 1 + value.length, recordTimestampMs);
      const outcome = isGood ? { value: scanner.value, timeMs: scanner.timeMs } : scanner.reason;
      const plain = plainScan({ key, value, recordTimestampMs }, wanted, 5_000);
      if (!isSame(outcome, plain)) expect(outcome).toEqual(plain);
      fast += scanner.fastPath;
      slow += scanner.slowPath;
      if (scanner.fastPath === 1 && isGood && wanted.timeField !== '$record') {
        const text = readPriceText(value, wanted);
        if (!isSame(outcome, text)) expect(outcome).toEqual(text);
      }
    };
    fc.assert(
      fc.property(
        document,
        fields,
        fc.constantFrom(-1, 0, 1_700_000_000_000),
        fc.array(change, { minLength: CHANGES, maxLength: CHANGES }),
        (text, wanted, recordTimestampMs, changes) => {
          const value = encoder.encode(text);
          compare(value, wanted, recordTimestampMs);
          for (const one of changes) compare(changed(value, one), wanted, recordTimestampMs);
        },
      ),
      { numRuns: DOCUMENTS, seed: 20_240_501 },
    );
    expect(fast + slow).toBe(DOCUMENTS * (CHANGES + 1));
    // Neither path may have been tested by accident only.
    expect(fast).toBeGreaterThan(10_000);
    expect(slow).toBeGreaterThan(10_000);
  },
  timeLimits().testMs,
);

function dotted(text: string): string {
  return `.${text}`;
}

type Read = { value: number; timeMs: number };

/** Much faster than toEqual, which words the failure. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  const [one, other] = [left as Read, right as Read];
  return Object.is(one.value, other.value) && Object.is(one.timeMs, other.timeMs);
}

function changed(
  value: Uint8Array,
  { at, kind, byte }: { at: number; kind: string; byte: number },
): Uint8Array {
  const bytes = [...value];
  const index = at % (bytes.length + 1);
  if (kind === 'insert') bytes.splice(index, 0, byte);
  else bytes.splice(index, 1, ...(kind === 'replace' ? [byte] : []));
  return Uint8Array.from(bytes);
}
