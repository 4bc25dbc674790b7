import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';

const folder = mkdtempSync(join(tmpdir(), 'producer-'));
afterAll(() => rmSync(folder, { recursive: true }));

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await makePipeline({ brokers: inject('brokers'), name: 'producer', env: { PARTITIONS: '1' } });
});
afterEach(() => pipeline.stop());

interface Sent {
  symbol: string;
  price: number;
  timestamp: number;
}

/** What is in the topic, key and value told to agree. */
async function sent(): Promise<Sent[]> {
  const records = await readTopic(inject('brokers'), pipeline.inputTopic);
  return records.map(({ key, value }) => {
    const price = JSON.parse(String(value)) as Sent;
    expect(String(key)).toBe(price.symbol);
    expect(Object.keys(price)).toEqual(['symbol', 'price', 'timestamp']);
    return price;
  });
}

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return `file:${path}`;
}

describe('a file', () => {
  const ROWS = 50_000;
  const rows = Array.from({ length: ROWS }, (_, row) => `S${row % 5},${1_000_000 + row},${row}.50`);

  test('at full speed is in the topic row by row, in order, once', async () => {
    const source = file('prices.csv.gz', gzipSync(`symbol,timestamp,price\n${rows.join('\n')}\n`));
    await pipeline.produce({ SOURCE: source, SPEED: 'max' });
    const records = await readTopic(inject('brokers'), pipeline.inputTopic);
    expect(records).toHaveLength(ROWS);
    for (const [row, { offset, key, value }] of records.entries()) {
      expect(offset).toBe(row);
      expect(String(key)).toBe(`S${row % 5}`);
      expect(String(value)).toBe(`{"symbol":"S${row % 5}","price":${row}.50,"timestamp":${1_000_000 + row}}`);
    }
  });

  test('with bad lines ends with 0, and all other rows are there', async () => {
    const source = file('bad.csv', 'symbol,timestamp,price\nA,1,1\nA,2\n,3,1\nA,four,1\nA,5,x\nA,6,6\n');
    await pipeline.produce({ SOURCE: source, SPEED: 'max' });
    expect(await sent()).toEqual([
      { symbol: 'A', price: 1, timestamp: 1 },
      { symbol: 'A', price: 6, timestamp: 6 },
    ]);
  });

  test('restamped begins now and keeps its distances', async () => {
    const source = file(
      'now.ndjson',
      [0, 100, 400].map((t) => `{"symbol":"A","price":1,"timestamp":${t}}\n`).join(''),
    );
    const before = Date.now();
    await pipeline.produce({ SOURCE: source, RESTAMP: 'now', SPEED: '2x' });
    const times = (await sent()).map(({ timestamp }) => timestamp);
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times[0]).toBeLessThanOrEqual(Date.now());
    expect(times.map((timestamp) => timestamp - times[0]!)).toEqual([0, 50, 200]);
  });

  test('that has no price columns ends with 2 and says what was wanted', async () => {
    const source = file('other.csv', 'date,open\n1,2\n');
    await expect(pipeline.produce({ SOURCE: source })).rejects.toThrow(
      /exit code 2[\s\S]*ended by an error: no column symbol: found the header .*date,open.*remedy: give CSV/,
    );
  });
});

test('stdin is passed on to its end', async () => {
  const child = spawn(process.execPath, ['services/producer/src/main.ts'], {
    cwd: root,
    env: { ...pipeline.env, HTTP_PORT: '0', SOURCE: 'stdin' },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end('{"symbol":"B","price":2.5,"timestamp":7}\n{"symbol":"B","price":"2.25","timestamp":8}');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await sent()).toEqual([
    { symbol: 'B', price: 2.5, timestamp: 7 },
    { symbol: 'B', price: 2.25, timestamp: 8 },
  ]);
});

test('a simulation sends until SIGTERM, ends with 0, and all that it sent is there', async () => {
  const producer = await pipeline.start('producer', {
    SOURCE: 'simulate',
    RATE: '500',
    SYMBOLS: '4',
    SEED: '1',
  });
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${producer.port}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  };
  await until('1,000 records are acknowledged', 60_000, async () => {
    return (await metric('meanwhile_producer_records_total')) >= 1_000;
  });
  expect(await producer.stop()).toBe(0);
  const prices = await sent();
  expect(prices.length).toBeGreaterThanOrEqual(1_000);
  for (const [index, { symbol, price, timestamp }] of prices.entries()) {
    expect(price).toBeGreaterThanOrEqual(90);
    expect(price).toBeLessThanOrEqual(110);
    expect(symbol).toBe(prices[index % 4]!.symbol);
    expect(timestamp - prices[0]!.timestamp).toBeGreaterThanOrEqual(index * 2 - 1);
    expect(timestamp - prices[0]!.timestamp).toBeLessThanOrEqual(index * 2 + 1);
  }
});

test('out of order by as much as asked, late by a further minute', async () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `A,${1_000_000 + i * 10},${i}`);
  const source = file('ordered.csv', `symbol,timestamp,price\n${lines.join('\n')}\n`);
  await pipeline.produce({ SOURCE: source, SPEED: 'max', OUT_OF_ORDER: '2s', LATE_RATIO: '0.01', SEED: '3' });
  const prices = await sent();
  expect(new Set(prices.map(({ price }) => price)).size).toBe(5_000);
  let highestMs = 0;
  let disordered = 0;
  for (const { price, timestamp } of prices) {
    const trueMs = 1_000_000 + price * 10;
    expect([trueMs, trueMs - 60_000]).toContain(timestamp);
    expect(highestMs - trueMs).toBeLessThanOrEqual(2_000);
    if (trueMs < highestMs) disordered++;
    highestMs = Math.max(highestMs, timestamp);
  }
  expect(disordered).toBeGreaterThan(2_000);
});

test('a topic that is not there yet is waited for', async () => {
  const topic = `${pipeline.inputTopic}-later`;
  const producer = await startUnready({ INPUT_TOPIC: topic, SOURCE: 'simulate', RATE: '100' });
  await until('it says what is missing', 30_000, async () =>
    (await producer.readiness()).includes('does not exist'),
  );
  expect(await producer.readiness()).toContain('npm run meanwhile -- topics');
  const later = await makePipeline({
    brokers: inject('brokers'),
    name: 'later',
    env: { INPUT_TOPIC: topic, OUTPUT_TOPIC: `${topic}-averages` },
  });
  await until('it is ready', 30_000, async () => (await producer.readiness()).includes('"ready"'));
  expect(await producer.stop()).toBe(0);
  await later.stop();
});

/** A producer that is not expected to become ready by itself. */
async function startUnready(env: Record<string, string>) {
  const { startChild } = await import('../../deploy/local/child.ts');
  const child = await startChild({
    name: `${pipeline.inputTopic}-unready`,
    root,
    script: 'services/producer/src/main.ts',
    env: { ...pipeline.env, ...env },
    port: 0,
  });
  return {
    stop: () => child.stop(),
    readiness: () =>
      fetch(`http://127.0.0.1:${child.port}/readyz`).then(
        (answer) => answer.text(),
        () => '',
      ),
  };
}
