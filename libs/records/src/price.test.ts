import { expect, test } from 'vitest';
import { priceJson } from './price.ts';

test("a price is the contract's example, whatever the order of the fields given", () => {
  expect(priceJson({ timestamp: 1_700_000_000_123, price: 101.23, symbol: 'ACME' })).toBe(
    '{"symbol":"ACME","price":101.23,"timestamp":1700000000123}',
  );
});
