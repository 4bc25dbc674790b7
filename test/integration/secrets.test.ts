import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, until } from '../support/pipeline.ts';
import { startWordyBroker } from '../support/wordy-broker.ts';

/** Looked for in all that a process writes, answers or leaves behind. With what JSON and URLs write in another way. */
const MARK = 'CANARY7f3a';
const PASSWORD = `${MARK}"p@ss/wörd`;
const PLAIN_TOKEN = Buffer.from(`\0user\0${PASSWORD}`).toString('base64');

const programs = ['producer', 'aggregator', 'sink', 'cli'] as const;
let folder: string;
let broker: Awaited<ReturnType<typeof startWordyBroker>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meanwhile-secrets-'));
  broker = await startWordyBroker();
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`);
  writeFileSync(join(folder, 'key.pem'), `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----\n`);
  writeFileSync(
    join(folder, 'crash.mjs'),
    `const password = process.env.KAFKA_SASL_PASSWORD;
    process.on('SIGHUP', () => {
      const cause = new Error('cause: ' + password);
      throw Object.assign(new Error('crash: ' + password, { cause }), { config: { sasl: { password } } });
    });`,
  );
});

afterAll(() => {
  broker?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | null>;
}

describe.each(programs)('%s never shows the password', (program) => {
  test('in a fault of its settings', async () => {
    const { exited, output } = run(program, {
      KAFKA_BROKERS: `user:${MARK}@localhost:9092`,
      KAFKA_SASL_PASSWORD: PASSWORD,
      KAFKA_SASL_PASSWORD_FILE: join(folder, 'password'),
      KAFKA_SASL_PASWORD: PASSWORD,
    });
    expect(await exited).toBe(2);
    expect(output()).toContain('KAFKA_BROKERS=user:[secret]@localhost:9092: ');
    expect(output()).toContain('KAFKA_SASL_PASSWORD_FILE=');
    expectNoMark(output());
    const unused = run(program, { KAFKA_SASL_PASSWORD: PASSWORD });
    expect(await unused.exited).toBe(2);
    expect(unused.output()).toContain('KAFKA_SASL_PASSWORD=[secret]: ');
    expectNoMark(unused.output());
  });

  test('when a broker refuses it, and says it', async () => {
    const { exited, output } = run(program, {
      KAFKA_BROKERS: broker.address,
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD_FILE: join(folder, 'password'),
    });
    expect(await exited).toBe(1);
    expect(output()).toContain('no user user with the password [secret]');
    expectNoMark(output());
  });

  test("while no broker can be reached, in what it answers, in a report of Node's and in a crash", async () => {
    const reports = mkdtempSync(join(folder, 'reports-'));
    const { child, exited, output } = run(program, {
      KAFKA_BROKERS: '127.0.0.1:1',
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD: PASSWORD,
      NODE_OPTIONS: `--import=${join(folder, 'crash.mjs')} --report-on-signal --report-uncaught-exception --report-directory=${reports}`,
    });
    await until('it waits for a broker', 60_000, () => output().includes('waiting for the Kafka cluster'));
    for (const path of ['metrics', 'readyz', 'healthz']) {
      const address = /"address":"([^"]+)"/.exec(output())?.[1];
      if (address) expectNoMark(await (await fetch(`${address}/${path}`)).text());
    }
    child.kill('SIGUSR2');
    await until('a report is written', 60_000, () => readdirSync(reports).some(isWhole));
    child.kill('SIGHUP');
    expect(await exited).toBe(1);
    expect(output()).toContain('crash: [secret]');
    expectNoMark(output());
    for (const name of readdirSync(reports)) expectNoMark(readFileSync(join(reports, name), 'utf8'));

    function isWhole(name: string): boolean {
      return readFileSync(join(reports, name), 'utf8').trimEnd().endsWith('}');
    }
  });

  test('nor a key that cannot be read', async () => {
    const { child, exited, output } = run(program, {
      KAFKA_BROKERS: broker.address,
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CERT_FILE: join(folder, 'key.pem'),
      KAFKA_SSL_KEY_FILE: join(folder, 'key.pem'),
    });
    const isTold = () => /PEM|no start line|waiting for the Kafka cluster/i.test(output());
    await Promise.race([exited, until('the key is complained about', 60_000, isTold)]);
    child.kill('SIGTERM');
    await exited;
    expect(isTold(), output()).toBe(true);
    expectNoMark(output());
  });
});

function run(program: (typeof programs)[number], settings: Record<string, string>): Run {
  const child = spawn(
    process.execPath,
    [`services/${program}/src/main.ts`, ...(program === 'cli' ? ['topics'] : [])],
    {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        DATABASE: join(folder, 'averages.sqlite'),
        HTTP_PORT: '0',
        LOG_LEVEL: program === 'cli' ? 'debug' : 'trace',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  child.stdout.on('data', (bytes) => (text += bytes));
  child.stderr.on('data', (bytes) => (text += bytes));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => text, exited };
}

function expectNoMark(text: string): void {
  expect(text).not.toContain(MARK);
  expect(text).not.toContain(PLAIN_TOKEN);
  expect(text).not.toContain(Buffer.from(PASSWORD).toString('base64'));
}
