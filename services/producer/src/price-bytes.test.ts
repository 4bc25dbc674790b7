import { priceJson } from '@meanwhile/records';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceBytes } from './price-bytes.ts';

test('key and value are those of the plain version', () => {
  const bytes = priceBytes();
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.nat(),
      (symbol, price, timestamp) => {
        const made = { symbol, price: JSON.stringify(price), timeMs: timestamp, dueMs: 0 };
        expect(Buffer.from(bytes.value(made)).toString()).toBe(priceJson({ symbol, price, timestamp }));
        expect(Buffer.from(bytes.key(made)).toString()).toBe(symbol);
      },
    ),
  );
});

test('a price keeps the digits it came with', () => {
  const value = priceBytes().value({ symbol: 'A"B', price: '49.180', timeMs: 5, dueMs: 0 });
  expect(Buffer.from(value).toString()).toBe('{"symbol":"A\\"B","price":49.180,"timestamp":5}');
});
