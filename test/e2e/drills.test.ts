import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../deploy/local/free-port.ts';
import { shell, whyNoCompose } from '../support/compose.ts';
import { root, until } from '../support/pipeline.ts';

// The drills of docs/OPERATIONS.md: its commands, word for word, and what it says of them.
const missing = whyNoCompose();
const drills = documentedDrills();
const env: NodeJS.ProcessEnv = { ...process.env };

/** By command: what must hold after it, given what it printed. */
type Expectation = (printed: string) => unknown;
const status = 'docker compose run --rm topics status --once';
const nothing: Expectation = () => {};

const expectations: Record<string, [command: string, expectation: Expectation][]> = {
  'Scale from one to three to two': [
    ['docker compose up -d', () => untilShared(1)],
    ['docker compose up -d --scale aggregator=3', () => untilShared(3)],
    ['docker compose up -d --scale aggregator=2', () => untilShared(2)],
    [status, (printed) => expect(printed).toMatch(/Stable, 2 replicas, lag \d/)],
  ],
  'Kill a replica': [
    ['docker kill $(docker compose ps -q aggregator | head -1)', () => untilShared(1)],
    [status, (printed) => expect(printed).toMatch(/1 replica, [\s\S]*partitions 0-11\n/)],
    [
      'docker compose up -d --scale aggregator=2',
      async () => {
        await untilShared(2);
        expect(run('docker compose logs aggregator')).toContain('taken out of the group');
      },
    ],
  ],
  'Stop the broker': [
    ['docker compose stop kafka', () => untilHealth('producer', 'unhealthy')],
    ['docker compose ps', (printed) => expect(printed).toMatch(/producer .*\(unhealthy\)/)],
    ['docker compose start kafka', () => untilHealth('producer', 'healthy')],
    [
      'docker compose ps',
      (printed) => {
        expect(printed).not.toContain('(unhealthy)');
        const restarts = run("docker inspect --format '{{.RestartCount}}' $(docker compose ps -q)");
        expect(new Set(restarts.trim().split('\n'))).toEqual(new Set(['0']));
      },
    ],
  ],
  'Prices come late': [
    [
      'LATE_RATIO=0.2 docker compose up -d producer',
      () => until('a record is late', 60_000, () => askStatus().totals.late > 0, 1_000),
    ],
    [status, (printed) => expect(printed).toMatch(/ late /)],
    ['docker compose up -d producer', nothing],
  ],
  'And all is still right': [
    ['docker compose run --rm topics verify', (printed) => expect(printed).toContain('no problem found')],
    ['docker compose down -v', () => expect(run('docker compose ps -aq').trim()).toBe('')],
  ],
};

describe('the drills of OPERATIONS', () => {
  beforeAll(async () => {
    if (missing) return;
    env['COMPOSE_PROJECT_NAME'] = `meanwhile-drills-${process.pid}`;
    env['SINK_PORT'] = String(await freePort());
    env['KAFKA_PORT'] = String(await freePort());
    run('docker compose build --quiet');
  });

  afterAll(() => {
    if (!missing) run('docker compose down -v --timeout 5');
  });

  test('are these', () => {
    const known = Object.entries(expectations).map(([name, lines]) => [name, lines.map(([line]) => line)]);
    expect(drills).toEqual(known);
  });

  test('an image has no shell, and its file system cannot be written', (context) => {
    if (missing) return context.skip(missing);
    const write = `try { fs.writeFileSync('/app/x', '') } catch (e) { console.log(process.getuid(), e.code) }`;
    const image = 'docker compose run --rm --no-deps --entrypoint';
    expect(run(`${image} node topics -e "${write}"`).trim()).toBe('1000 EROFS');
    expect(() => run(`${image} sh topics -c true`)).toThrow('executable file not found');
  });

  test.for(Object.entries(expectations))('%s', async ([, lines], context) => {
    if (missing) return context.skip(missing);
    for (const [line, expectation] of lines) await expectation(run(line));
  });
});

function run(line: string): string {
  return shell(line, env);
}

/** Until so many replicas have all partitions between them, and each its part. */
async function untilShared(replicas: number): Promise<void> {
  await until(`${replicas} replicas share the partitions`, 60_000, () => {
    const owned = askStatus().replicas.map(({ partitions }) => partitions.length);
    return owned.length === replicas && owned.every((count) => count === 12 / replicas);
  });
}

interface Status {
  replicas: { partitions: number[] }[];
  totals: { late: number };
}

function askStatus(): Status {
  return JSON.parse(run('docker compose run --rm topics status --json')) as Status;
}

async function untilHealth(service: string, health: string): Promise<void> {
  await until(`${service} is ${health}`, 60_000, () => {
    return run(`docker compose ps --format '{{.Health}}' ${service}`).trim() === health;
  });
}

/** The headings of the section with the lines of their shell blocks. */
function documentedDrills(): [name: string, lines: string[]][] {
  const operations = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8');
  const section = /^## Drills\n([\s\S]*?)^## /m.exec(operations)![1]!;
  return section
    .split(/^### /m)
    .slice(1)
    .map((text) => [
      text.slice(0, text.indexOf('\n')),
      [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.trim().split('\n')),
    ]);
}
