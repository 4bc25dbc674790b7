import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Child, lastLines } from '../../deploy/local/child.ts';
import { checkTopics } from '../support/checker.ts';
import { makePipeline, type Pipeline, silent } from '../support/pipeline.ts';
import { readTopic } from '../support/plain-topics.ts';

const START_MS = 1_700_000_000_000;
/** Of one stage: 40 s of prices, one each 100 ms, with a pause of 15 s in the middle. */
const RECORDS = 400;
const COMMITTED_MS = 60_000;
const brokers = inject('brokers');
let folder: string;
let pipeline: Pipeline;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windows-'));
});

afterEach(async () => {
  await pipeline.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('other windows after a restart', () => {
  // stage                    1              │ clean stop  2              │ SIGKILL  3
  // sliding:10s              ████████████████████████████████████████████
  // tumbling:7s              ████████████████                              ██████████████ anew
  // hopping:20s/5s                            █████████████████████████████████████████████
  // session:3s                                                             ██████████████
  test('start with the next record where they are added, and end without finals where they are removed', async () => {
    const env = { PARTITIONS: '1', SESSION_TIMEOUT: '6s', IDLE_TIMEOUT: 'off' };
    pipeline = await makePipeline({ brokers, name: 'changed', env });
    const first = await stage(0, 'sliding:10s,tumbling:7s');
    expect(await first.stop()).toBe(0);
    const second = await stage(1, 'sliding:10s,hopping:20s/5s');
    second.kill('SIGKILL');
    await second.exited;
    await stage(2, 'hopping:20s/5s,session:3s,tumbling:7s');

    // The oracle follows the settings entries of the journal: every result, revision and final.
    const { inputTopic, outputTopic } = pipeline;
    const report = await checkTopics({ brokers, inputTopic, outputTopic });
    expect(report.problems).toEqual([]);
    expect(report.counts.read).toBe(3 * RECORDS);

    expect(stagesOf(await averages('sliding-10s'))).toEqual([0, 1]);
    expect(stagesOf(await averages('hopping-20s-5s'))).toEqual([1, 2]);
    expect(stagesOf(await averages('session-3s'))).toEqual([2]);
    const tumbling = await averages('tumbling-7s');
    expect(stagesOf(tumbling)).toEqual([0, 2]);
    // What was open when it was removed never got a final; what was added later knows nothing of before.
    const lastBefore = tumbling.filter(({ input_offset }) => input_offset < RECORDS).at(-1)!;
    const finals = tumbling.filter(({ is_final }) => is_final).map(({ window_end }) => window_end);
    expect(finals).not.toContain(lastBefore.window_end);
    expect(tumbling.find(({ input_offset }) => input_offset >= 2 * RECORDS)).toMatchObject({
      record_count: 1,
      revision: 1,
      input_offset: 2 * RECORDS,
    });
  });
});

describe('a snapshot of another format', () => {
  test.each([
    ['the aggregator', 'snapshot of the aggregator: format 9, wanted 1', aggregatorFormat],
    ['the windows', 'restore windows: snapshot of format 9, wanted', windowsFormat],
  ])(
    'of %s ends a replica with exit code 3 and a last line that says what to do',
    async (_of, fault, change) => {
      const env = { PARTITIONS: '1', IDLE_TIMEOUT: 'off' };
      pipeline = await makePipeline({ brokers, name: 'format', env });
      const first = await stage(0, 'sliding:10s');
      expect(await first.stop()).toBe(0);
      await writeSnapshot(change);
      const second = await pipeline.launch('aggregator', { WINDOWS: 'sliding:10s' });
      expect(await second.exited).toBe(3);
      const line = JSON.parse(lastLines(second.logFile, 1));
      expect(line).toMatchObject({ exit_code: 3 });
      expect(line.msg).toContain(fault);
      expect(line.msg).toContain('run the version that wrote it, or start over: stop all replicas');
    },
  );
});

/** Averages 400 more prices under the given windows. @returns the aggregator, still running */
async function stage(number: number, windows: string): Promise<Child> {
  const aggregator = await pipeline.start('aggregator', { WINDOWS: windows });
  const path = join(folder, `${number}.ndjson`);
  const lines = Array.from({ length: RECORDS }, (_, i) => {
    const index = number * RECORDS + i;
    const pausesMs = 15_000 * Math.floor((index + RECORDS / 2) / RECORDS);
    const timestamp = START_MS + index * 100 + pausesMs - (index % 7 === 0 ? 2_500 : 0);
    return JSON.stringify({ symbol: `S${index % 3}`, price: 100 + (index % 11), timestamp });
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
  await pipeline.produce({ SOURCE: `file:${path}`, SPEED: 'max' });
  await pipeline.untilCommitted(COMMITTED_MS);
  return aggregator;
}

interface Average {
  window: string;
  window_end: number;
  record_count: number;
  revision: number;
  is_final: boolean;
  input_offset: number;
}

async function averages(window: string): Promise<Average[]> {
  const records = await readTopic(brokers, pipeline.outputTopic);
  const all: Average[] = records.map(({ value }) => JSON.parse(value!.toString()));
  return all.filter((average) => average.window === window);
}

/** The stages whose records its results count as their newest. */
function stagesOf(results: Average[]): number[] {
  const stages = new Set(results.map(({ input_offset }) => Math.floor(input_offset / RECORDS)));
  return [...stages].sort((a, b) => a - b);
}

/** Puts a changed copy of the newest snapshot behind it, as a version with another format would have written it. */
async function writeSnapshot(change: (state: Buffer) => Buffer): Promise<void> {
  const topic = `${pipeline.outputTopic}-journal`;
  const newest = (await readTopic(brokers, topic)).findLast(({ key }) => key!.toString() === 'snapshot')!
    .value!;
  const headerEnd = 8 + newest.readUInt32BE(4);
  const header = JSON.parse(newest.subarray(8, headerEnd).toString());
  expect(header.chunks).toBe(1);
  const state = change(newest.subarray(headerEnd));
  const json = Buffer.from(JSON.stringify({ ...header, crc: crc32(state) }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  const writer = await openIdempotentWriter(cluster, { topic, partitionFor: () => 0, logger: silent });
  const value = Buffer.concat([newest.subarray(0, 4), length, json, state]);
  await writer.append(Buffer.from('snapshot'), value, Date.now());
  await writer.close();
  await cluster.close();
}

function aggregatorFormat(state: Buffer): Buffer {
  const text = state.toString('latin1');
  expect(text).toContain('{"format":1,');
  return Buffer.from(text.replace('{"format":1,', '{"format":9,'), 'latin1');
}

function windowsFormat(state: Buffer): Buffer {
  const changed = Buffer.from(state);
  const magic = changed.indexOf('MWIN');
  expect(magic).toBeGreaterThan(0);
  changed.writeUInt32BE(9, magic + 4);
  return changed;
}
