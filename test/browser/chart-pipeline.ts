import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, connectCluster, ensureTopics, openIdempotentWriter } from '@meanwhile/kafka';
import { type Average, partitionFor, topicNames, topicPlan } from '@meanwhile/records';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Child, startChild } from '../../deploy/local/child.ts';
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts';
import { root, silent } from '../support/pipeline.ts';

const PARTITIONS = 2;
const GRACE_MS = 5_000;

/** A full minute; times of the tests count from it. */
export const FIRST_MS = 1_700_000_040_000;
/** Every wait ends on its condition; this is when it is given up. */
export const SOON = { timeout: 20_000 };
export const executablePath = chromiumPath();
/** Opened instead of a path: for a test that must be there before the page is. */
export const BLANK = 'about:blank';
export const NO_CHROMIUM = 'no Chromium: set CHROMIUM_PATH or install one';

/** The topics of a pipeline, which the test itself writes, a real sink on them, and a browser. */
export interface ChartPipeline {
  base: string;
  sink: Child;
  /** Lets the sink go and starts another on the same port and database. */
  restartSink(whileDown: () => Promise<void>): Promise<void>;
  writeAverages(averages: Average[]): Promise<void>;
  /** The watermark of all partitions, as the journal tells it. */
  commit(watermarkMs: number): Promise<void>;
  /** A page that records what must not happen: policy violations, errors, requests to another host. */
  open(path: string, options?: BrowserContextOptions): Promise<{ page: Page; problems: () => string[] }>;
  stop(): Promise<number | null>;
}

/** Starts one. @param name of its topics */
export async function startChartPipeline(brokers: string, name: string): Promise<ChartPipeline> {
  const settings = { brokers: brokers.split(','), clientId: 'page-test' };
  const inputTopic = `${name}-${process.pid}-${Date.now().toString(36)}`;
  const outputTopic = `${inputTopic}-averages`;
  const topics = topicNames(outputTopic);
  const folder = mkdtempSync(join(tmpdir(), 'meanwhile-page-'));
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
  const cluster = await connectCluster(settings, { logger: silent });
  await write(cluster, topics.journal, [settingsEntry(0), settingsEntry(1)]);
  let sink: Child;
  let browser: Browser | undefined;

  async function startSink(port: number): Promise<Child> {
    const child = await startChild({
      name: inputTopic,
      root,
      script: 'services/sink/src/main.ts',
      env: {
        PATH: process.env['PATH'],
        KAFKA_BROKERS: brokers,
        INPUT_TOPIC: inputTopic,
        OUTPUT_TOPIC: outputTopic,
        GROUP_ID: inputTopic,
        DATABASE: join(folder, 'averages.sqlite'),
        // Times of the tests lie years back.
        RETENTION: '87600h',
      },
      port,
    });
    await child.ready();
    return child;
  }

  sink = await startSink(0);
  const base = `http://127.0.0.1:${sink.port}`;

  return {
    base,
    get sink() {
      return sink;
    },
    async restartSink(whileDown) {
      const { port } = sink;
      await sink.stop();
      await whileDown();
      sink = await startSink(port);
    },
    writeAverages(averages) {
      const records = averages.map((value) => ({
        partition: partitionFor(Buffer.from(value.symbol), PARTITIONS),
        value,
      }));
      return write(cluster, topics.averages, records);
    },
    commit: (watermarkMs) =>
      write(cluster, topics.journal, [commitEntry(0, watermarkMs), commitEntry(1, watermarkMs)]),
    async open(path, options = {}) {
      browser ??= await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_ARGS });
      return openPage(browser, base, path, options);
    },
    async stop() {
      await browser?.close();
      await cluster.close();
      const exitCode = await sink.stop();
      rmSync(folder, { recursive: true, force: true });
      return exitCode;
    },
  };
}

/** A page that records what must not happen; resolves when its chart is drawn. */
export async function openPage(browser: Browser, base: string, path: string, options: BrowserContextOptions) {
  const viewport = { width: 1_200, height: 760 };
  const page = await browser.newPage({
    viewport,
    colorScheme: 'light',
    timezoneId: 'Asia/Tokyo',
    ...options,
  });
  const seen: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('blob:')) {
      seen.push(`request: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) seen.push(`response: ${response.status()} ${response.url()}`);
  });
  if (path === BLANK) return { page, problems: () => seen };
  await page.goto(base + path);
  try {
    await page.waitForSelector('#chart[data-points]', { state: 'attached', ...SOON });
  } catch (error) {
    throw new Error(`${path}: nothing drawn, wanted a chart; ${seen.join('; ') || 'no error seen'}`, {
      cause: error,
    });
  }
  return { page, problems: () => seen };
}

/** What the chart says of its picture. */
export async function drawn(
  page: Page,
): Promise<{ points: number; provisional: number; from: number; to: number }> {
  const found = await page
    .locator('#chart')
    .evaluate(({ dataset }) => [dataset['points'], dataset['provisional'], dataset['from'], dataset['to']]);
  const [points, provisional, from, to] = found.map(Number);
  return { points: points!, provisional: provisional!, from: from!, to: to! };
}

/** A result of a sliding window that ends `second` seconds after FIRST_MS. */
export function sliding(symbol: string, second: number, fields: Partial<Average> = {}): Average {
  const value = 100 + 3 * Math.sin(second / 9);
  const endMs = FIRST_MS + second * 1_000;
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
    earliest: value - 0.5,
    latest: value + 0.5,
    stddev: 0.5,
    revision: 1,
    is_final: false,
    input_offset: 1_000_000 + second,
    schema_version: 1,
    ...fields,
  };
}

/** A result of a tumbling minute that begins `minute` minutes after FIRST_MS. */
export function tumbling(symbol: string, minute: number, fields: Partial<Average> = {}): Average {
  const window_start = FIRST_MS + minute * 60_000;
  return sliding(symbol, (minute + 1) * 60, { window: 'tumbling-1m', window_start, ...fields });
}

interface TopicRecord {
  partition: number;
  value: unknown;
}

function settingsEntry(partition: number): TopicRecord {
  const windows = [
    { name: 'sliding-10s', kind: 'sliding', sizeMs: 10_000, stepMs: 0, emit: 'updates' },
    { name: 'tumbling-1m', kind: 'tumbling', sizeMs: 60_000, stepMs: 60_000, emit: 'both' },
  ];
  return { partition, value: { type: 'settings', settings: { windows, graceMs: GRACE_MS } } };
}

function commitEntry(partition: number, watermark: number): TopicRecord {
  const counts = { read: 61, averaged: 61, partly_late: 0, late: 0, dead_lettered: 0, results: 63 };
  const range = { sequence: 1, from_offset: 0, next_offset: 61 };
  const times = { watermark, append_time_min: watermark, append_time_max: watermark };
  return {
    partition,
    value: { type: 'commit', ...range, ...times, ...counts, totals: counts, instance: 'test' },
  };
}

async function write(cluster: Cluster, topic: string, records: TopicRecord[]): Promise<void> {
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
