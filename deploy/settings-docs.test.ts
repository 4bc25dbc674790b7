import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSettings } from '@meanwhile/service';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { schemas, settingsDocument, settingsFile } from './settings-docs.ts';

const allNames = [...new Set(Object.values(schemas).flatMap(({ shape }) => Object.keys(shape)))];

test('docs/settings.md is what the schemas say: else run npm run docs:settings', () => {
  expect(readFileSync(settingsFile, 'utf8')).toBe(settingsDocument());
});

describe.each(Object.entries(schemas))('%s', (service, schema) => {
  test('says of each setting what it means and how it is written', () => {
    const lines = settingsDocument().split('\n');
    for (const name of Object.keys(schema.shape)) {
      const line = lines.find((candidate) => candidate.startsWith(`| \`${name}\` |`));
      expect(line, name).toMatch(/^\| `\w+` \| `.+` \| .* \| .{10,} \|$/);
    }
  });

  test('needs no setting, and takes the settings of all others without a warning', () => {
    const env = Object.fromEntries(allNames.map((name) => [name, '']));
    expect(readSettings({ schema, env, service }).faults).toEqual([]);
    const set = Object.fromEntries(allNames.map((name) => [name, 'x']));
    expect(readSettings({ schema, env: set, service }).warnings).toEqual([]);
  });
});

describe.each(['producer', 'aggregator', 'sink'])('%s --check', (service) => {
  const check = (env: Record<string, string>) => {
    const script = resolve(import.meta.dirname, `../services/${service}/src/main.ts`);
    const { status, stdout } = spawnSync(process.execPath, [script, '--check'], { env, encoding: 'utf8' });
    return {
      status,
      lines: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    };
  };

  test('says what is in force and ends with 0', () => {
    const { status, lines } = check({ KAFKA_BROKERS: 'kafka:9092' });
    expect(status).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ msg: 'settings are right' })]);
    expect(Object.keys(lines[0].settings)).toEqual(expect.arrayContaining(['HTTP_PORT', 'INPUT_TOPIC']));
    expect(lines[0].settings.KAFKA_BROKERS).toBe('kafka:9092');
  });

  test('says all faults at once and ends with 2, with a word on what may be misspelt', () => {
    const { status, lines } = check({ HTTP_PORT: 'x', INPUT_TOPIC: 'a b', KAFKA_BROKER: 'kafka:9092' });
    expect(status).toBe(2);
    expect(lines[0].msg).toBe('unknown setting KAFKA_BROKER: did you mean KAFKA_BROKERS?');
    expect(lines.at(-1).faults).toHaveLength(2);
  });
});

/** What a container has of its own: the port is the service's default, and the name its host name. */
const NOT_BY_COMPOSE =
  /^(KAFKA_|HTTP_|INSTANCE_ID$|PEER_ADDRESS$|DATABASE$|REPLICATION_FACTOR$|MIN_INSYNC_REPLICAS$)/;

test('docker compose passes every setting on', () => {
  const { services } = parse(readFileSync(resolve(import.meta.dirname, '../docker-compose.yml'), 'utf8'), {
    merge: true,
  }) as { services: Record<string, { environment: Record<string, string> }> };
  for (const [service, schema] of Object.entries(schemas)) {
    const passed = Object.keys(services[service.replace('meanwhile ', '')]!.environment);
    const wanted = Object.keys(schema.shape).filter((name) => !NOT_BY_COMPOSE.test(name));
    expect(passed, service).toEqual(expect.arrayContaining(wanted));
  }
});
