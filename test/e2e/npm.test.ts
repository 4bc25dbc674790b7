import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { freePort } from '../../deploy/local/free-port.ts';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';

let pipeline: Pipeline;
let running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running) child.kill('SIGTERM');
  running = [];
  await pipeline.stop();
});

describe('npm scripts', () => {
  test.each(['producer', 'aggregator', 'sink'])(
    'npm run %s ends with its own exit code when npm is signalled',
    async (service) => {
      pipeline = await makePipeline({ brokers: inject('brokers'), name: `npm-${service}` });
      const port = await freePort();
      const npm = run(['run', service], { ...pipeline.env, HTTP_PORT: String(port), SOURCE: 'simulate' });
      await until(`${service} is ready`, 60_000, () => isReady(port));
      npm.child.kill('SIGTERM');
      expect(await npm.exitCode, npm.output()).toBe(0);
      expect(await isReady(port)).toBe(false);
    },
  );

  test.each(['producer', 'aggregator', 'sink'])(
    'npm run %s with bad settings ends with 2 and names every fault',
    async (service) => {
      pipeline = await makePipeline({ brokers: inject('brokers'), name: `bad-${service}` });
      const npm = run(['run', service], { ...pipeline.env, KAFKA_BROKERS: 'nowhere', HTTP_PORT: '99999' });
      expect(await npm.exitCode).toBe(2);
      expect(npm.output()).toContain('KAFKA_BROKERS=nowhere');
      expect(npm.output()).toContain('HTTP_PORT=99999');
    },
  );

  test('npm start brings everything up, Ctrl-C ends it, a second start goes on', async () => {
    pipeline = await makePipeline({ brokers: inject('brokers'), name: 'start' });
    const port = await freePort();
    const env = {
      ...pipeline.env,
      HTTP_PORT: String(port),
      DATABASE: join(mkdtempSync(join(tmpdir(), 'meanwhile-')), 'a.sqlite'),
    };
    const counts: number[] = [];
    for (const _ of ['first start', 'second start']) {
      const npm = run(['start'], env);
      await until('the page is there', 120_000, () => npm.output().includes(`http://localhost:${port}`));
      await until('averages arrive', 60_000, async () => (await averageCount(port)) > (counts[0] ?? 0) + 20);
      counts.push(await averageCount(port));
      npm.child.kill('SIGINT');
      expect(await npm.exitCode, npm.output()).toBe(0);
      expect(npm.output()).not.toMatch(/^\s+at /m);
    }
    expect(counts[1]).toBeGreaterThan(counts[0]!);
  });
});

function run(args: string[], env: Record<string, string>) {
  const child: ChildProcess = spawn('npm', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  child.stdout!.on('data', (text) => (output += text));
  child.stderr!.on('data', (text) => (output += text));
  const exitCode = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, exitCode, output: () => output };
}

async function isReady(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ?? false;
}

/** Sliding averages that the sink holds, over all symbols. */
async function averageCount(port: number): Promise<number> {
  const base = `http://127.0.0.1:${port}/api/v1`;
  const answer = await fetch(`${base}/symbols`).catch(() => undefined);
  if (!answer?.ok) return 0;
  const { symbols } = (await answer.json()) as { symbols: { symbol: string }[] };
  let count = 0;
  for (const { symbol } of symbols) {
    const query = new URLSearchParams({ symbol, window: 'sliding-10s', limit: '1000' });
    const { averages } = (await (await fetch(`${base}/averages?${String(query)}`)).json()) as {
      averages: unknown[];
    };
    count += averages.length;
  }
  return count;
}
