import { keysOf, priceBytes } from '../price-records.ts';

const STREAM = { keys: 500, startMs: 1_700_000_000_000, recordsPerMs: 1 };
const RECORDS = 20_000;

/** How the prices of a topic are written. */
export const LAYOUTS = {
  one: 'of one producer',
  four: 'of four producers by turns',
  eight: 'of eight producers by turns',
  digits: 'with all digits of a double',
  quoted: 'with quoted numbers and nine fields',
} as const;
export type Layouts = keyof typeof LAYOUTS;

/** Keys and values one after the other, as in a batch; of record i at 3 i: key, value, end of the value. */
export interface ScanRecords {
  bytes: Uint8Array;
  places: Int32Array;
  count: number;
}

export function scanRecords(layouts: Layouts): ScanRecords {
  const keys = keysOf(STREAM.keys);
  const parts: Uint8Array[] = [];
  const places = new Int32Array(RECORDS * 3);
  let at = 0;
  for (let index = 0; index < RECORDS; index++) {
    const key = keys[index % keys.length]!;
    const value = writtenAs(layouts, priceBytes(STREAM, index), index);
    parts.push(key, value);
    places.set([at, at + key.length, at + key.length + value.length], index * 3);
    at += key.length + value.length;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), places, count: RECORDS };
}

function writtenAs(layouts: Layouts, value: Buffer, index: number): Uint8Array {
  if (layouts === 'one') return value;
  // As a producer writes it that does not round: 16 or 17 digits.
  if (layouts === 'digits')
    return Buffer.from(value.toString().replace(/[0-9]+\.[0-9]+/, (price) => `${+price / 7}`));
  if (layouts === 'quoted') return quoted(JSON.parse(value.toString()), index);
  const producer = index % (layouts === 'four' ? 4 : 8);
  return Buffer.from(value.toString().replace('"size":', `"size${producer}":`));
}

/** As an exchange sends its trades. */
function quoted(price: { symbol: string; price: number; timestamp: number }, index: number): Uint8Array {
  const { symbol, timestamp } = price;
  const ids = `"t":${12_345 + index},"b":88${index},"a":50${index}`;
  return Buffer.from(
    `{"e":"trade","E":${timestamp + 1},"s":"${symbol}",${ids},"price":"${price.price.toFixed(2)}","q":"100","timestamp":${timestamp},"m":true}`,
  );
}
