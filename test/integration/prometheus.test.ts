import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../../deploy/local/free-port.ts';
import { makePipeline, type Pipeline, root, until } from '../support/pipeline.ts';

const missing = whatIsMissing();

const checks = [
  ['check', 'config', 'deploy/prometheus/prometheus.yml'],
  ['check', 'rules', 'deploy/prometheus/alerts.yml'],
  ['test', 'rules', 'deploy/prometheus/alerts.test.yml'],
];
for (const command of checks) {
  test(`promtool ${command.join(' ')}`, (context) => {
    if (missing) return context.skip(missing);
    const run = spawnSync('promtool', command, { cwd: root, encoding: 'utf8' });
    expect(run.status, run.stdout + run.stderr).toBe(0);
  });
}

describe('Prometheus, scraping a pipeline', () => {
  let pipeline: Pipeline;
  let prometheus: ChildProcess;
  let folder: string;
  let base: string;

  beforeAll(async () => {
    if (missing) return;
    pipeline = await makePipeline({
      brokers: inject('brokers'),
      name: 'prometheus',
      env: { PARTITIONS: '2' },
    });
    const started = {
      producer: [await pipeline.start('producer', { RATE: '200', LATE_RATIO: '0.02' })],
      // Two replicas: each takes part of the partitions, and the sums are over both.
      aggregator: [await pipeline.start('aggregator'), await pipeline.start('aggregator')],
      sink: [await pipeline.start('sink')],
    };
    const targets = Object.entries(started).map(([job, children]) => {
      return [job, children.map(({ port }) => `127.0.0.1:${port}`)] as const;
    });
    folder = mkdtempSync(join(tmpdir(), 'meanwhile-prometheus-'));
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    writeConfig(folder, Object.fromEntries(targets));
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/tsdb`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
  }, 120_000);

  afterAll(async () => {
    const ended = prometheus && new Promise((resolve) => prometheus.once('close', resolve));
    prometheus?.kill('SIGTERM');
    await ended;
    await pipeline?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('finds every replica', async (context) => {
    if (missing) return context.skip(missing);
    await until('all four are up', 60_000, async () => (await values('sum(up)'))[0] === 4);
  });

  test('gives data for every query of the dashboard', async (context) => {
    if (missing) return context.skip(missing);
    const empty = new Set(queries());
    expect(empty.size).toBeGreaterThan(30);
    const ask = async () => {
      for (const query of empty) if ((await values(query)).some(Number.isFinite)) empty.delete(query);
      return empty.size === 0;
    };
    await until('every query has data', 60_000, ask, 500).catch((error: Error) => {
      throw new Error(`${error.message}; none for ${[...empty].join('\n')}`);
    });
  });

  test('shows what the pipeline does', async (context) => {
    if (missing) return context.skip(missing);
    // 200 a second, on a machine that may be busy: the order of magnitude is what counts.
    const rate = async () => (await values('sum(rate(meanwhile_producer_records_total[10s]))'))[0]!;
    await until('the rate is seen', 60_000, async () => (await rate()) > 50);
    expect(await rate()).toBeLessThan(1_000);
    expect(await values('sum(meanwhile_partitions{state="running"})')).toEqual([2]);
    expect(await values('max(meanwhile_input_partitions)')).toEqual([2]);
    // One of 50 is late by a minute.
    const [late] = await values(
      'sum(meanwhile_records_total{outcome="late"}) / sum(meanwhile_records_total)',
    );
    expect(late).toBeLessThan(0.2);
  });

  test('evaluates every alert without an error, and none is critical', async (context) => {
    if (missing) return context.skip(missing);
    await until('the rules are evaluated', 60_000, async () => {
      return (
        (await rules()).every(({ lastEvaluation }) => Date.parse(lastEvaluation) > 0) &&
        (await rules()).length > 0
      );
    });
    const all = await rules();
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(all.filter(({ state, labels }) => state === 'firing' && labels.severity === 'critical')).toEqual(
      [],
    );
  });

  interface Rule {
    name: string;
    health: string;
    state: string;
    labels: { severity: string };
    lastEvaluation: string;
  }

  async function rules(): Promise<Rule[]> {
    const { groups } = (await ask('/api/v1/rules')) as { groups: { rules: Rule[] }[] };
    return groups.flatMap((group) => group.rules);
  }

  /** Of all series that a query gives. */
  async function values(query: string): Promise<number[]> {
    const text = query.replaceAll('$__rate_interval', '10s');
    const { result } = (await ask(`/api/v1/query?query=${encodeURIComponent(text)}`)) as {
      result: { value: [number, string] }[];
    };
    return result.map(({ value }) => Number(value[1]));
  }

  async function ask(path: string): Promise<unknown> {
    const answer = await fetch(base + path).catch(() => undefined);
    if (answer === undefined || answer.status === 503) return { result: [], groups: [] }; // it is not up yet
    const { status, data, error } = (await answer.json()) as Record<string, unknown>;
    if (status !== 'success') throw new Error(`${path}: ${String(error)}, wanted success`);
    return data;
  }
});

/** The configuration as it is deployed, but for where the services are and how often they are asked. */
function writeConfig(folder: string, targets: Record<string, string[]>): void {
  cpSync(join(root, 'deploy/prometheus'), folder, { recursive: true });
  const config = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  for (const job of config.scrape_configs) {
    delete job.dns_sd_configs;
    job.static_configs = [{ targets: targets[job.job_name] }];
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
}

function queries(): string[] {
  const { panels } = JSON.parse(
    readFileSync(join(root, 'deploy/grafana/dashboards/meanwhile.json'), 'utf8'),
  ) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Why there is no Prometheus here, or undefined. */
function whatIsMissing(): string | undefined {
  for (const program of ['prometheus', 'promtool']) {
    if (spawnSync(program, ['--version']).status !== 0)
      return `no ${program} here (Debian's package prometheus has it)`;
  }
  return undefined;
}
