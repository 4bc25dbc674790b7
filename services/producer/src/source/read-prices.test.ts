import { expect, test } from 'vitest';
import { FormatError } from './line-reader.ts';
import { LINE_LENGTH_MAX } from './lines.ts';
import { readPrices } from './read-prices.ts';

interface Read {
  prices: string[];
  bad: string[];
}

/** `symbol price timestamp` of each price, `number reason` of each bad line; the text comes in chunks of that many bytes. */
async function read(text: string | Uint8Array, chunkBytes = 7): Promise<Read> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const found: Read = { prices: [], bad: [] };
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += chunkBytes)
      yield bytes.subarray(start, start + chunkBytes);
  }
  for await (const batch of readPrices(chunks(), (number, reason) => found.bad.push(`${number} ${reason}`))) {
    for (const { symbol, price, timeMs } of batch) found.prices.push(`${symbol} ${price} ${timeMs}`);
  }
  return found;
}

test('CSV: columns are found by name, others are ignored, prices keep their digits', async () => {
  const text = 'size,price,timestamp,symbol\n300,49.180,1381132800688,AIG\n1,5,0,Ünï\n';
  expect(await read(text)).toEqual({ prices: ['AIG 49.180 1381132800688', 'Ünï 5 0'], bad: [] });
});

test('CSV: byte order mark, CRLF, empty lines, spaces around numbers, a last line without end', async () => {
  const text = '\uFEFFSymbol, Timestamp ,price\r\n\r\nA, 1 , 2.5\r\nB,2,3';
  expect(await read(text)).toEqual({ prices: ['A 2.5 1', 'B 3 2'], bad: [] });
});

test('CSV: quoted fields', async () => {
  const text = 'symbol,timestamp,price\n"A,""B""",1,"2.5"\n';
  expect((await read(text)).prices).toEqual(['A,"B" 2.5 1']);
});

test('CSV: a bad line is reported with its number, and the rest goes on', async () => {
  const lines = [
    'symbol,timestamp,price,size',
    'A,1,2,3',
    'A,1,2',
    'A,1,2,3,4',
    ',1,2,3',
    'A,1,two,3',
    'A,1,,3',
    'A,-1,2,3',
    'A,later,2,3',
    'A,8640000000000001,2,3',
    '"A,1,2,3',
    'A,1,1e999,3',
    'A,1,Infinity,3',
    'A,1,0x10,3',
    `A,1,2,${'x'.repeat(LINE_LENGTH_MAX)}`,
    'B,1,-007.50,3',
  ];
  expect(await read(lines.join('\n'), 1_000)).toEqual({
    prices: ['A 2 1', 'B -7.5 1'],
    bad: [
      '3 3 fields, wanted 4',
      '4 5 fields, wanted 4',
      '5 no symbol',
      '6 price is not a number: "two"',
      '7 price is not a number: nothing',
      '8 timestamp is not a time in ms: "-1"',
      '9 timestamp is not a time in ms: "later"',
      '10 timestamp is not a time in ms: "8640000000000001"',
      '11 a quote that does not end, or stands inside a field',
      '12 price is not a number: "1e999"',
      '13 price is not a number: "Infinity"',
      '14 price is not a number: "0x10"',
      `15 over ${LINE_LENGTH_MAX} characters long`,
    ],
  });
});

test('a line in another encoding is bad, not a garbled symbol', async () => {
  const bytes = Buffer.concat([
    Buffer.from('symbol,timestamp,price\n'),
    Buffer.from('Ü,1,2\nA,1,2\n', 'latin1'),
  ]);
  expect(await read(bytes)).toEqual({ prices: ['A 2 1'], bad: ['2 not UTF-8'] });
});

test('a line without end does not fill the memory', async () => {
  const text = `symbol,timestamp,price\n${'x'.repeat(LINE_LENGTH_MAX * 5)}\nA,1,2`;
  expect(await read(text, 10_000)).toEqual({
    prices: ['A 2 1'],
    bad: [`2 over ${LINE_LENGTH_MAX} characters long`],
  });
});

test('NDJSON: told by its first brace; unknown fields are ignored, decimals may be strings', async () => {
  const lines = [
    '{"symbol":"A","price":101.25,"timestamp":1700000000123,"size":3}',
    '{"price":"0.10","symbol":"B","timestamp":"5"}',
    '{"symbol":"C","price":1e2,"timestamp":5.9}',
  ];
  expect(await read(lines.join('\n'))).toEqual({
    prices: ['A 101.25 1700000000123', 'B 0.10 5', 'C 100 5'],
    bad: [],
  });
});

test('NDJSON: bad lines', async () => {
  const lines = [
    '{"symbol":"A","price":1,"timestamp":1}',
    '{"symbol":"A",',
    '[1]',
    'null',
    '{"price":1,"timestamp":1}',
    '{"symbol":7,"price":1,"timestamp":1}',
    '{"symbol":"","price":1,"timestamp":1}',
    '{"symbol":"A","price":null,"timestamp":1}',
    '{"symbol":"A","price":1e999,"timestamp":1}',
    '{"symbol":"A","price":1}',
  ];
  const { prices, bad } = await read(lines.join('\n'));
  expect(prices).toHaveLength(1);
  expect(bad.map((line) => line.split(' ')[0])).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '10']);
});

test('a header without our columns ends it with exit code 2', async () => {
  await expect(read('date,open,close\n1,2,3\n')).rejects.toThrow(FormatError);
  await expect(read('date,open,close\n')).rejects.toMatchObject({
    exitCode: 2,
    message: 'no column symbol: found the header "date,open,close", wanted symbol,timestamp,price',
  });
});

test('nothing at all is nothing', async () => {
  expect(await read('')).toEqual({ prices: [], bad: [] });
});
