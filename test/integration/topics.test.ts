import { spawnSync } from 'node:child_process';
import { connectCluster, describeTopic } from '@meanwhile/kafka';
import { expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { root } from '../support/pipeline.ts';

const brokers = inject('brokers');

test('meanwhile topics creates what the contract says, once, and reports it', async () => {
  const input = uniqueTopic('cli');
  const output = `${input}-averages`;
  const planned = topics({ INPUT_TOPIC: input, OUTPUT_TOPIC: output }, '--dry-run', '--json');
  expect(planned.reports.map(({ state }) => state)).toEqual(Array(5).fill('missing'));

  const created = topics({ INPUT_TOPIC: input, OUTPUT_TOPIC: output }, '--json');
  expect(created.status).toBe(0);
  expect(created.reports.map(({ name, state }) => [name, state])).toEqual(
    [input, output, `${output}-late`, `${output}-dead-letters`, `${output}-journal`].map((name) => [
      name,
      'created',
    ]),
  );
  expect((await describe(input))?.partitions).toBe(12);
  for (const name of [input, output, `${output}-late`, `${output}-dead-letters`, `${output}-journal`]) {
    expect((await describe(name))?.config).toMatchObject({
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'LogAppendTime',
    });
  }
  expect((await describe(`${output}-journal`))?.config).toMatchObject({
    'retention.ms': '-1',
    'retention.bytes': '-1',
  });
  expect((await describe(`${output}-dead-letters`))?.config).toMatchObject({
    'max.message.bytes': String(1_048_588 + 65_536),
  });

  const again = topics({ INPUT_TOPIC: input, OUTPUT_TOPIC: output }, '--json');
  expect(again.status).toBe(0);
  expect(again.reports.every(({ state }) => state === 'exists')).toBe(true);
});

test('an input that is there gives the outputs its partition count; what does not fit is reported and left', async () => {
  const input = uniqueTopic('cli');
  const output = `${input}-averages`;
  await createTopic(brokers, input, 3);
  await createTopic(brokers, `${output}-late`, 5);
  const { status, reports } = topics({ INPUT_TOPIC: input, OUTPUT_TOPIC: output }, '--json');
  expect(status).toBe(1);
  expect(reports[0]).toMatchObject({ name: input, state: 'exists' });
  expect(reports.find(({ name }) => name === `${output}-late`)).toMatchObject({ state: 'differs' });
  expect(reports.find(({ name }) => name === `${output}-late`)!.differences).toContain(
    'partitions: 5, wanted 3',
  );
  expect((await describe(output))?.partitions).toBe(3);
  expect((await describe(`${output}-late`))?.partitions).toBe(5);

  const wanted = topics({ INPUT_TOPIC: input, OUTPUT_TOPIC: output, PARTITIONS: '12' }, '--json');
  expect(wanted.reports[0]).toMatchObject({ state: 'differs', differences: ['partitions: 3, wanted 12'] });
});

test('the command line names its commands, and what is wrong', () => {
  expect(meanwhile({}, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('topics') });
  expect(meanwhile({}, 'topics', '--help')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('--dry-run'),
  });
  expect(meanwhile({}, 'topcis')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('unknown command: topcis'),
  });
  expect(meanwhile({}, 'topics', '--wet-run').status).toBe(2);
  expect(meanwhile({ PARTITIONS: 'many' }, 'topics')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('PARTITIONS=many'),
  });
});

interface Report {
  name: string;
  state: string;
  differences: string[];
}

function topics(
  env: Record<string, string>,
  ...args: string[]
): { status: number | null; reports: Report[] } {
  const { status, stdout } = meanwhile(env, 'topics', ...args);
  return {
    status,
    reports: stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

function meanwhile(env: Record<string, string>, ...args: string[]) {
  const options = {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], KAFKA_BROKERS: brokers, ...env },
  } as const;
  return spawnSync(process.execPath, ['services/cli/src/main.ts', ...args], options);
}

async function describe(name: string) {
  const cluster = await connectCluster(
    { brokers: brokers.split(','), clientId: 'test' },
    { logger: console },
  );
  try {
    return await describeTopic(cluster, name);
  } finally {
    await cluster.close();
  }
}
