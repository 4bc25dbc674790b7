import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, connectCluster, ensureTopics, openIdempotentWriter } from '@meanwhile/kafka';
import { type Average, partitionFor, topicNames, topicPlan } from '@meanwhile/records';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Child, startChild } from '../../deploy/local/child.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts';
import { root, silent } from '../support/pipeline.ts';

const HOSTILE = '<img src=x onerror="window.hacked = true">';
const PARTITIONS = 2;
const GRACE_MS = 5_000;
const FIRST_MS = 1_700_000_040_000; // a full minute
/** Every wait ends on its condition; this is when it is given up. */
const SOON = { timeout: 20_000 };
const executablePath = chromiumPath();
const folder = mkdtempSync(join(tmpdir(), 'meanwhile-page-'));

let inputTopic: string;
let cluster: Cluster;
let topics: ReturnType<typeof topicNames>;
let sink: Child;
let browser: Browser;
let base: string;

beforeAll(async () => {
  if (executablePath === undefined) return;
  const settings = { brokers: inject('brokers').split(','), clientId: 'page-test' };
  inputTopic = `page-${process.pid}-${Date.now().toString(36)}`;
  const outputTopic = `${inputTopic}-averages`;
  topics = topicNames(outputTopic);
  const plan = topicPlan({
    inputTopic,
    outputTopic,
    partitions: PARTITIONS,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    retentionInputMs: 604_800_000,
    retentionOutputMs: 604_800_000,
    retentionDeadLettersMs: 604_800_000,
  });
  await ensureTopics(settings, plan, { logger: silent });
  cluster = await connectCluster(settings, { logger: silent });
  await write(topics.journal, [settingsEntry(0), settingsEntry(1), commitEntry(0), commitEntry(1)]);
  await writeAverages([...history('ACME'), ...history(HOSTILE)]);
  sink = await startSink(0);
  base = `http://127.0.0.1:${sink.port}`;
  browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
});

afterAll(async () => {
  await browser?.close();
  await cluster?.close();
  const exitCode = await sink?.stop();
  rmSync(folder, { recursive: true, force: true });
  if (executablePath !== undefined) expect(exitCode).toBe(0);
});

test('the page draws history and live averages, settled and provisional apart, and nothing from elsewhere', async (context) => {
  if (executablePath === undefined) return context.skip('no Chromium: set CHROMIUM_PATH or install one');
  const { page, problems } = await open('/?symbol=ACME');

  // 61 sliding points and 2 tumbling windows; the watermark stands at the last point, 5 s of grace are open.
  await expect.poll(() => drawn(page), SOON).toEqual({ points: 63, provisional: 7 });
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('live');
  expect(await page.textContent('#symbol-name')).toBe('ACME');
  expect(await page.textContent('#legend')).toMatch(
    /sliding-10s.*tumbling-1m.*settled.*provisional.*corrected/,
  );
  expect(await colours(page)).toEqual({ accent: true, soft: true });

  await writeAverages([sliding('ACME', FIRST_MS + 61_000, { average: 123.5, record_count: 17 })]);
  await expect.poll(() => drawn(page), SOON).toEqual({ points: 64, provisional: 7 });
  expect(await page.textContent('#figures')).toMatch(/123\.50.*17/s);

  // The watermark passes every window: the next look at the status settles them all.
  await write(topics.journal, [commitEntry(0, FIRST_MS + 500_000), commitEntry(1, FIRST_MS + 500_000)]);
  await expect.poll(() => drawn(page), SOON).toEqual({ points: 64, provisional: 0 });
  expect(await colours(page)).toEqual({ accent: true, soft: false });

  expect(problems()).toEqual([]);
  await page.close();
});

test('a hostile symbol is text wherever it is shown', async (context) => {
  if (executablePath === undefined) return context.skip('no Chromium: set CHROMIUM_PATH or install one');
  const { page, problems } = await open('/');
  await page.locator('#symbols .pick', { hasText: HOSTILE }).click();
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(63);
  expect(await page.textContent('#symbol-name')).toBe(HOSTILE);
  expect(await page.title()).toContain(HOSTILE);
  expect(await page.evaluate('document.querySelectorAll("main img, aside img").length')).toBe(0);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  await page.fill('#search', 'ACM');
  await expect.poll(() => page.locator('#symbols .pick').allTextContents(), SOON).toEqual(['ACME']);
  expect(problems()).toEqual([]);
  await page.close();
});

test('the page says that it lost the sink, and goes on without a gap when it is back', async (context) => {
  if (executablePath === undefined) return context.skip('no Chromium: set CHROMIUM_PATH or install one');
  const { page } = await open('/?symbol=ACME');
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(64);
  const { port } = sink;
  expect(await sink.stop()).toBe(0);
  await expect.poll(() => page.textContent('#badge'), SOON).toBe('reconnecting');
  await writeAverages([62, 63, 64].map((second) => sliding('ACME', FIRST_MS + second * 1_000)));
  sink = await startSink(port);
  await expect.poll(async () => (await drawn(page)).points, SOON).toBe(67);
  expect(await page.textContent('#badge')).toBe('live');
  await page.close();
});

async function startSink(port: number): Promise<Child> {
  const child = await startChild({
    name: inputTopic,
    root,
    script: 'services/sink/src/main.ts',
    env: {
      PATH: process.env['PATH'],
      KAFKA_BROKERS: inject('brokers'),
      INPUT_TOPIC: inputTopic,
      OUTPUT_TOPIC: `${inputTopic}-averages`,
      GROUP_ID: inputTopic,
      DATABASE: join(folder, 'averages.sqlite'),
    },
    port,
  });
  await child.ready();
  return child;
}

/** A page that records what must not happen: policy violations, errors, requests to another host. */
async function open(path: string): Promise<{ page: Page; problems: () => string[] }> {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 760 }, colorScheme: 'light' });
  const seen: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) seen.push(`request: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) seen.push(`response: ${response.status()} ${response.url()}`);
  });
  await page.goto(base + path);
  return { page, problems: () => seen };
}

async function drawn(page: Page): Promise<{ points: number; provisional: number }> {
  const [points, provisional] = await page
    .locator('#chart')
    .evaluate(({ dataset }) => [dataset['points'], dataset['provisional']]);
  return { points: Number(points), provisional: Number(provisional) };
}

/** Whether the canvas shows the colours of the settled line (its strokes are thick: plain pixels) and of the provisional one. */
function colours(page: Page): Promise<{ accent: boolean; soft: boolean }> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#chart canvas');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const has = (name) => {
      const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255 && data[i] === red && data[i + 1] === green && data[i + 2] === blue) count += 1;
      }
      return count > 5;
    };
    return { accent: has('--accent'), soft: has('--accent-soft') };
  })()`);
}

function sliding(symbol: string, endMs: number, fields: Partial<Average> = {}): Average {
  const value = 100 + 3 * Math.sin(endMs / 9_000);
  return {
    symbol,
    window: 'sliding-10s',
    window_start: endMs - 10_000,
    window_end: endMs,
    average: value,
    record_count: 10,
    total: value * 10,
    minimum: value - 1,
    maximum: value + 1,
    earliest: value,
    latest: value,
    stddev: 0.5,
    revision: 1,
    is_final: false,
    input_offset: 1,
    schema_version: 1,
    ...fields,
  };
}

/** A minute of one point per second, the last one at the watermark, in a closed and an open tumbling window. */
function history(symbol: string): Average[] {
  const tumbling = (startMs: number, isFinal: boolean) =>
    sliding(symbol, startMs + 60_000, { window: 'tumbling-1m', window_start: startMs, is_final: isFinal });
  const points = Array.from({ length: 61 }, (_, second) => sliding(symbol, FIRST_MS + second * 1_000));
  return [...points, tumbling(FIRST_MS - 60_000, true), tumbling(FIRST_MS, false)];
}

interface JournalRecord {
  partition: number;
  value: unknown;
}

function settingsEntry(partition: number): JournalRecord {
  const windows = [
    { name: 'sliding-10s', kind: 'sliding', sizeMs: 10_000, stepMs: 0, emit: 'updates' },
    { name: 'tumbling-1m', kind: 'tumbling', sizeMs: 60_000, stepMs: 60_000, emit: 'both' },
  ];
  return { partition, value: { type: 'settings', settings: { windows, graceMs: GRACE_MS } } };
}

function commitEntry(partition: number, watermark = FIRST_MS + 60_000): JournalRecord {
  const counts = { read: 61, averaged: 61, partly_late: 0, late: 0, dead_lettered: 0, results: 63 };
  const range = { sequence: 1, from_offset: 0, next_offset: 61 };
  const times = { watermark, append_time_min: watermark, append_time_max: watermark };
  return {
    partition,
    value: { type: 'commit', ...range, ...times, ...counts, totals: counts, instance: 'test' },
  };
}

async function writeAverages(averages: Average[]): Promise<void> {
  const records = averages.map((value) => {
    const key = Buffer.from(value.symbol);
    return { partition: partitionFor(key, PARTITIONS), value };
  });
  await write(topics.averages, records);
}

async function write(topic: string, records: JournalRecord[]): Promise<void> {
  const writer = await openIdempotentWriter(cluster, {
    topic,
    partitionFor: (key) => key[0]!, // the key is the partition: the sink does not look at it
    logger: silent,
  });
  for (const { partition, value } of records) {
    await writer.append(Buffer.of(partition), Buffer.from(JSON.stringify(value)), Date.now());
  }
  await writer.flush();
  await writer.close();
}
