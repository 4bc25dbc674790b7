import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../deploy/local/free-port.ts';
import { checkTopics } from '../support/checker.ts';
import { whyNoCompose } from '../support/compose.ts';
import { root, until } from '../support/pipeline.ts';

const missing = whyNoCompose();
const project = `meanwhile-test-${process.pid}`;
const env: NodeJS.ProcessEnv = { ...process.env };
let base = '';

describe('docker compose', () => {
  beforeAll(async () => {
    if (missing) return;
    env['SINK_PORT'] = String(await freePort());
    env['KAFKA_PORT'] = String(await freePort());
    env['SESSION_TIMEOUT'] = '5m';
    base = `http://127.0.0.1:${env['SINK_PORT']}`;
    compose('build', '--quiet');
  });

  afterAll(() => {
    if (!missing) compose('down', '-v', '--timeout', '5');
  });

  test('up, scale, down, up again: exact, without gap or double; down -v leaves nothing', async (context) => {
    if (missing) return context.skip(missing);
    compose('up', '-d', '--scale', 'aggregator=3');
    await until('the first average is on the page', 120_000, async () => (await latest()) !== undefined);
    expect(compose('ps', '--format', '{{.Service}}', 'aggregator').trim().split('\n')).toHaveLength(3);
    await until('three replicas share the partitions', 60_000, async () => (await replicas()) === 3);

    // The address of a container that was killed does not even refuse. Nobody waits for its session, which is five minutes long.
    docker('kill', compose('ps', '-q', 'aggregator').trim().split('\n')[0]!);
    await until('two replicas share the partitions', 60_000, async () => (await replicas()) === 2);

    compose('down');
    compose('up', '-d', '--scale', 'aggregator=2');
    await until('the page is back', 120_000, async () => (await latest()) !== undefined);
    const before = await latest();
    await until('newer averages come', 60_000, async () => (await latest())! > before!);

    compose('stop', 'producer');
    await until('everything is averaged', 60_000, async () => (await lag()) === 0);
    const report = await checkTopics({
      brokers: `localhost:${env['KAFKA_PORT']}`,
      inputTopic: 'prices',
      outputTopic: 'averages',
    });
    expect(report.problems).toEqual([]);
    expect(report.counts.read).toBeGreaterThan(0);

    compose('down', '-v');
    const filter = `label=com.docker.compose.project=${project}`;
    for (const kind of [
      ['ps', '-aq'],
      ['volume', 'ls', '-q'],
      ['network', 'ls', '-q'],
    ]) {
      expect(docker(...kind, '--filter', filter).trim()).toBe('');
    }
  });
});

function compose(...args: string[]): string {
  return docker('compose', '-p', project, ...args);
}

function docker(...args: string[]): string {
  const run = spawnSync('docker', args, { cwd: root, env, encoding: 'utf8' });
  if (run.status !== 0)
    throw new Error(`docker ${args.join(' ')}: exit code ${run.status}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** End of the newest sliding window of the first symbol. */
async function latest(): Promise<number | undefined> {
  const symbols = await get<{ symbols: { symbol: string }[] }>('/api/v1/symbols');
  const symbol = symbols?.symbols[0]?.symbol;
  if (!symbol) return undefined;
  const average = await get<{ window_end: number }>(
    `/api/v1/averages/latest?symbol=${encodeURIComponent(symbol)}&window=sliding-10s`,
  );
  return average?.window_end;
}

async function replicas(): Promise<number> {
  const status = await get<{ replicas: { partitions: number[] }[] }>('/api/v1/status');
  return status?.replicas.filter(({ partitions }) => partitions.length > 0).length ?? 0;
}

async function lag(): Promise<number> {
  const status = await get<{ partitions: { lag: number | null }[] }>('/api/v1/status');
  return status?.partitions.reduce((sum, { lag: records }) => sum + (records ?? 0), 0) ?? Number.NaN;
}

async function get<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(base + path).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as T) : undefined;
}
