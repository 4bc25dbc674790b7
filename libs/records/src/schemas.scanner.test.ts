import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { PriceScanner } from './price-scanner.ts';
import { priceSchema } from './schemas.ts';

const encoder = new TextEncoder();
const scanner = new PriceScanner({ valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' }, null);
const isValid = new Ajv2020({ allowUnionTypes: true }).compile(priceSchema);

/** Without a key: the schema speaks of the value alone. */
function isAccepted(text: string): boolean {
  const value = encoder.encode(`K${text}`);
  return scanner.scan(value, 0, 1, 1, value.length, -1);
}

const NUMBERS = ['0', '-0', '101.23', '-7e3', '1e100', '-1e100', '1.1e100', '-1.1e100', '17.9e99'];
const TEXTS = ['"101.23"', '"-5"', '"0001"', '"1e5"', '""', '" 1"', '"1."', '".5"', '"+1"', '"1,5"', '"NaN"'];
const OTHERS = ['null', 'true', '[]', '[1]', '{}'];
const TIMES = ['1700000000123', '"1700000000123"', '1700000000123.5', '"12.5"', '0', '8640000000000000'];
const BAD_TIMES = ['-1', '8640000000000001', '"yesterday"', '"1e3"', 'null', 'false', '{}'];

test('the schema takes the prices that are averaged and refuses those that become dead letters', () => {
  const verdicts = { good: 0, bad: 0 };
  for (const price of [...NUMBERS, ...TEXTS, ...OTHERS, undefined]) {
    for (const time of [...TIMES, ...BAD_TIMES, undefined]) {
      const fields = [
        '"symbol":"ACME"',
        price === undefined ? [] : `"price":${price}`,
        time === undefined ? [] : `"timestamp":${time}`,
      ];
      const text = `{${fields.flat().join()}}`;
      const isGood = isAccepted(text);
      expect(isValid(JSON.parse(text)), text).toBe(isGood);
      verdicts[isGood ? 'good' : 'bad']++;
    }
  }
  expect(verdicts).toEqual({ good: 54, bad: 310 });
});
