/** A stream of prices that is the same at every run. */
export interface PriceStream {
  keys: number;
  /** Event time of record 0, ms. */
  startMs: number;
  /** Records of the same millisecond. */
  recordsPerMs: number;
}

/** Values are whole cents, so that a sum of them is exact in whatever order they are read. */
export function centsOf(index: number): number {
  return 10_000 + ((index * 7_919) % 90_000);
}

export function sumOfCents(records: number): number {
  let sum = 0;
  for (let index = 0; index < records; index++) sum += centsOf(index);
  return sum;
}

/** Keys of all records, encoded once. Keys take turns. */
export function keysOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, key) => Buffer.from(symbolOf(key)));
}

/** 70 bytes of JSON: symbol, price, time and a number that nobody asks for. */
export function priceBytes(stream: PriceStream, index: number): Buffer {
  const cents = centsOf(index);
  const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  const timestamp = stream.startMs + Math.floor(index / stream.recordsPerMs);
  return Buffer.from(
    `{"symbol":"${symbolOf(index % stream.keys)}","price":${price},"timestamp":${timestamp},"size":25}`,
  );
}

function symbolOf(key: number): string {
  return `S${String(key).padStart(5, '0')}`;
}
