import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { MemoryPlan, MemoryReport } from './engine-memory-run.ts';
import { atScale, timeLimits } from './engine-scale.ts';

const MAX_KEYS = 100_000;
const RSS_BYTES_MAX = 400 * 1024 * 1024;
/** What a small container sets: otherwise the collector waits for as much garbage as a large machine has room for. */
const NODE_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=96'];
const { testMs } = timeLimits();
const plan = { maxKeys: MAX_KEYS, generations: 1, floodKeys: 0 };

// generation 0       1 (10 minutes later)     2 …
// keys       100,000 100,000 others           100,000 others
test(
  'a hundred thousand keys with default windows fit into 400 MB, and so do those that come when they are gone',
  async () => {
    const rounds = atScale(4, 8);
    const generations = atScale(2, 4);
    const report = await run({ ...plan, generations, keys: MAX_KEYS, rounds, roundMs: 5_000 });
    const records = generations * MAX_KEYS * rounds;
    expect(report.summary).toMatchObject({ read: records, averaged: records });
    expect(report.keys).toEqual(Array.from({ length: generations }, () => MAX_KEYS));
    expect(Math.max(...report.rssBytes)).toBeLessThan(RSS_BYTES_MAX);
  },
  testMs,
);

// within one minute: 1,000 keys, a price each second, are there before a million others come once each
test(
  'a flood of a million keys leaves a thousand that were there before exact, and memory under the bound',
  async () => {
    const honest = { ...plan, keys: 1_000, rounds: 40, roundMs: 1_000 };
    const alone = await run(honest);
    const flooded = await run({ ...honest, floodKeys: 1_000_000 });
    // Every result of the thousand, byte for byte but for the offsets, which are others.
    expect(flooded.digest).toBe(alone.digest);
    expect(alone.summary).toMatchObject({ read: 40_000, averaged: 40_000, results: 80_000 });
    const admitted = MAX_KEYS - 1_000;
    expect(flooded.keys).toEqual([MAX_KEYS]);
    expect(flooded.summary).toMatchObject({
      read: 1_040_000,
      averaged: 40_000 + admitted,
      dead_lettered: 1_000_000 - admitted,
    });
    expect(flooded.rssBytes[0]).toBeLessThan(RSS_BYTES_MAX);
  },
  testMs,
);

/** In a process of its own. */
async function run(wanted: MemoryPlan): Promise<MemoryReport> {
  const script = resolve(import.meta.dirname, 'engine-memory-run.ts');
  const args = [...NODE_FLAGS, script, JSON.stringify(wanted)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
