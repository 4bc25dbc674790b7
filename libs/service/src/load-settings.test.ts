import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commonSettings, httpPort, instanceId } from './common-settings.ts';
import { kafkaSettings } from './kafka-settings.ts';
import { type Environment, loadSettings, readSettings } from './load-settings.ts';
import { settings } from './settings.ts';
import { SettingsError } from './settings-error.ts';
import { settingsTable } from './settings-table.ts';

const schema = z.object({
  ...commonSettings,
  HTTP_PORT: httpPort(8082),
  GRACE: settings.duration().prefault('5s').describe('how long a window waits'),
  NEEDED: settings.integer().describe('has no default'),
});
const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(env: Environment, more: { warn?: (message: string) => void; ignore?: string[] } = {}) {
  return loadSettings({ schema, env: { NEEDED: '1', ...env }, service: 'test', ...more });
}

function faultsOf(env: Environment): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('loadSettings', () => {
  test('gives defaults for what is not set, and for what is set empty', () => {
    const loaded = load({ GRACE: '', KAFKA_BROKERS: '' });
    expect(loaded).toMatchObject({ GRACE: 5_000, KAFKA_BROKERS: ['localhost:9092'], HTTP_PORT: 8082 });
    expect(loaded.INSTANCE_ID).toBeUndefined();
  });

  test('says all faults at once, a line each', () => {
    const faults = faultsOf({
      NEEDED: '',
      GRACE: '5 seconds',
      KAFKA_BROKERS: 'kafka',
      HTTP_PORT: '-1',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    });
    expect(faults).toEqual([
      'KAFKA_BROKERS=kafka: a comma list of host:port',
      'HTTP_PORT=-1: a whole number from 0 to 65535',
      'GRACE=5 seconds: a duration such as 500ms, 10s, 5m, 1h or 7d',
      'NEEDED is not set: a whole number',
      'KAFKA_SECURITY_PROTOCOL=SASL_SSL: needs KAFKA_SASL_USERNAME to be set',
      'KAFKA_SECURITY_PROTOCOL=SASL_SSL: needs KAFKA_SASL_PASSWORD to be set',
    ]);
  });

  test('the error carries exit code 2 and a line for each fault', () => {
    expect(() => load({ NEEDED: 'x', GRACE: 'y' })).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(/^bad settings:\nGRACE=y: .*\nNEEDED=x: a whole number$/),
      }),
    );
  });

  test('rules over several settings and refinements of the whole object are faults like any other', () => {
    const strict = schema.refine(({ NEEDED }) => NEEDED < 5, { path: ['NEEDED'], message: 'below 5' });
    const read = (env: Environment) => readSettings({ schema: strict, env, service: 'test' }).faults;
    expect(read({ NEEDED: '7' })).toEqual([{ name: 'NEEDED', found: '7', wanted: 'below 5' }]);
    const ruled = readSettings({
      schema,
      env: { NEEDED: '7', HTTP_PORT: 'x' },
      service: 'test',
      rules: [(values, fault) => values.GRACE === 5_000 && fault('GRACE', 'anything but 5s')],
    });
    expect(ruled.faults).toEqual([
      { name: 'HTTP_PORT', found: 'x', wanted: 'a whole number from 0 to 65535' },
      { name: 'GRACE', found: '5s', wanted: 'anything but 5s' },
    ]);
  });

  test('takes KAFKA_BOOTSTRAP_SERVERS for KAFKA_BROKERS, and refuses two that differ', () => {
    expect(load({ KAFKA_BOOTSTRAP_SERVERS: 'a:1,b:2' }).KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
    expect(faultsOf({ KAFKA_BOOTSTRAP_SERVERS: 'a:1', KAFKA_BROKERS: 'b:2' })).toEqual([
      'KAFKA_BOOTSTRAP_SERVERS=a:1: the same as KAFKA_BROKERS, or only one of the two',
    ]);
  });

  test('warns of a name that is nearly one of ours', () => {
    const warnings: string[] = [];
    load(
      { GRAEC: '1s', kafka_brokers: 'x', IGNORED_GRACE: '1', PATH: '/bin', GRACES: '' },
      { warn: (message) => warnings.push(message) },
    );
    expect(warnings).toEqual([
      'unknown setting GRAEC: did you mean GRACE?',
      'unknown setting kafka_brokers: did you mean KAFKA_BROKERS?',
    ]);
  });

  test('does not warn of what it is told to ignore', () => {
    load({ GRAEC: '1s' }, { ignore: ['GRAEC'], warn: (message) => expect.unreachable(message) });
  });
});

describe('secrets', () => {
  const sasl = { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', KAFKA_SASL_USERNAME: 'u' };

  test('come from the file that NAME_FILE names, without its last newline', () => {
    const path = file('password', 'hunter22\n');
    expect(load({ ...sasl, KAFKA_SASL_PASSWORD_FILE: path }).KAFKA_SASL_PASSWORD).toBe('hunter22');
  });

  test.each([
    ['/no/such/file', 'the path of a readable file (ENOENT)'],
    [file('empty', '\n'), 'a file that is not empty'],
  ])('a file that gives none is a fault: %s', (path, wanted) => {
    expect(faultsOf({ ...sasl, KAFKA_SASL_PASSWORD_FILE: path })).toEqual([
      `KAFKA_SASL_PASSWORD_FILE=${path}: ${wanted}`,
    ]);
  });

  test('both at once are a fault, which does not say the secret', () => {
    const path = file('both', 'from-file');
    const faults = faultsOf({ ...sasl, KAFKA_SASL_PASSWORD: 'hunter22', KAFKA_SASL_PASSWORD_FILE: path });
    expect(faults).toEqual([
      `KAFKA_SASL_PASSWORD_FILE=${path}: KAFKA_SASL_PASSWORD is set too: only one of the two`,
    ]);
  });

  test('are in no fault and in no effective setting', () => {
    const env = { NEEDED: '1', KAFKA_SASL_PASSWORD: 'hunter22' };
    const read = readSettings({ schema, env, service: 'test' });
    expect(JSON.stringify([read.faults, read.effective, read.warnings])).not.toContain('hunter22');
    expect(read.faults).toHaveLength(1); // without a SASL protocol it would silently not be used
    expect(read.effective).toMatchObject({ KAFKA_SASL_PASSWORD: '[secret]', GRACE: '5s' });
  });
});

describe('kafkaSettings', () => {
  test('a plain connection is brokers and client id', () => {
    expect(kafkaSettings(load({}), 'me')).toEqual({ brokers: ['localhost:9092'], clientId: 'me' });
  });

  test('SASL_SSL with a certificate of our own', () => {
    const common = load({
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
      KAFKA_SSL_CA_FILE: file('ca', 'CA'),
      KAFKA_SSL_CERT_FILE: file('cert', 'CERT'),
      KAFKA_SSL_KEY_FILE: file('key', 'KEY'),
    });
    expect(kafkaSettings(common, 'me')).toMatchObject({
      ssl: { ca: ['CA'], cert: 'CERT', key: 'KEY' },
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
    });
  });

  test('SSL without files trusts what the system trusts', () => {
    expect(kafkaSettings(load({ KAFKA_SECURITY_PROTOCOL: 'SSL' }), 'me').ssl).toBe(true);
  });

  test.each([
    [
      { KAFKA_SASL_USERNAME: 'u' },
      'KAFKA_SASL_USERNAME=u: KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT or SASL_SSL',
    ],
    [
      { KAFKA_SSL_CA_FILE: '/dev/null' },
      'KAFKA_SSL_CA_FILE=/dev/null: KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL',
    ],
    [
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_FILE: '/dev/null' },
      'KAFKA_SSL_KEY_FILE=/dev/null: needs KAFKA_SSL_CERT_FILE too',
    ],
  ])('what would silently not be used is a fault: %o', (env, fault) => {
    expect(faultsOf(env)).toEqual([expect.stringContaining(fault)]);
  });
});

test('the instance is named by INSTANCE_ID, else by host and port', () => {
  expect(instanceId(load({ INSTANCE_ID: 'left' }))).toBe('left');
  expect(instanceId(load({}))).toMatch(/.:8082$/);
  expect(instanceId(load({ HTTP_PORT: '0' }), 4711)).toMatch(/.:4711$/);
});

test('the table of settings names each with its default and meaning', () => {
  const table = settingsTable(schema);
  expect(table).toMatch(/^GRACE +duration +5s +how long a window waits$/m);
  expect(table).toMatch(/^NEEDED +integer +required +has no default$/m);
  expect(table).toMatch(/^INSTANCE_ID +text +- +name of this process/m);
  for (const name of Object.keys(schema.shape)) expect(table).toContain(`\n${name} `);
});
