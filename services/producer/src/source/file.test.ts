import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readFile } from './file.ts';
import { readStream } from './stdin.ts';

const folder = mkdtempSync(join(tmpdir(), 'prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ROWS = 20_000;
const csv = `symbol,timestamp,price\n${Array.from({ length: ROWS }, (_, row) => `S${row % 7},${row},${row}.25\n`).join('')}`;

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function countPrices(path: string): Promise<number> {
  let count = 0;
  for await (const batch of readFile(path, (line, reason) => expect.unreachable(`${line} ${reason}`))) {
    for (const { timeMs } of batch) expect(timeMs).toBe(count++);
  }
  return count;
}

test.each([
  ['plain', 'a.csv', csv],
  ['gzipped', 'b.csv.gz', gzipSync(csv)],
  ['gzipped under another name', 'c.csv', gzipSync(csv)],
  ['gzipped in parts', 'd.gz', Buffer.concat([gzipSync(csv.slice(0, 1_000)), gzipSync(csv.slice(1_000))])],
])('%s: every row, in order', async (_kind, name, bytes) => {
  expect(await countPrices(file(name, bytes))).toBe(ROWS);
});

test('a gzipped file that is cut off fails, and says which', async () => {
  const path = file('cut.gz', gzipSync(csv).subarray(0, 20_000));
  await expect(countPrices(path)).rejects.toThrow(`reading ${path}: unexpected end of file`);
});

test('a file that is not there is exit code 2 with a remedy', async () => {
  await expect(countPrices('/no/such/file')).rejects.toMatchObject({
    exitCode: 2,
    message: 'cannot read /no/such/file: ENOENT, wanted a file of prices',
    remedy: expect.stringContaining('SOURCE'),
  });
});

test('a folder is refused too', async () => {
  await expect(countPrices(folder)).rejects.toThrow(`EISDIR`);
});

test('leaving early is fine', async () => {
  for await (const batch of readFile(file('early.csv.gz', gzipSync(csv)), () => {})) {
    expect(batch.length).toBeGreaterThan(0);
    break;
  }
});

test('a stream is read as it comes, and ends at a stop', async () => {
  const stream = new Readable({ read() {} });
  const stop = new AbortController();
  const prices = readStream(stream, () => {}, stop.signal);
  stream.push('{"symbol":"A","price":1,"timestamp":5}\n');
  expect((await prices.next()).value).toEqual([{ symbol: 'A', price: '1', timeMs: 5, dueMs: 0 }]);
  const next = prices.next();
  stop.abort();
  expect((await next).done).toBe(true);
});
