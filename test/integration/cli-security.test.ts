import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startChild } from '../../deploy/local/child.ts';
import { type Right, type SecureBroker, startSecureBroker } from '../support/broker-secure.ts';
import { meanwhile, sendMessages } from '../support/meanwhile.ts';
import { root } from '../support/pipeline.ts';
import { environmentOf, missing, type User } from './security-services.ts';

type Command = 'status' | 'reset' | 'replay-dead-letters';

/** All that each of them needs: the table in docs/OPERATIONS.md. */
const rightsOf: Record<Command, Right[]> = {
  status: [
    right('status', 'topic', 'prices', 'describe'),
    right('status', 'topic', 'averages-journal', 'read'),
    right('status', 'group', 'meanwhile', 'describe'),
  ],
  reset: [
    right('reset', 'topic', 'prices', 'read'),
    right('reset', 'topic', 'prices', 'describeConfigs'),
    ...['averages', 'averages-late', 'averages-dead-letters', 'averages-journal'].flatMap((topic) => [
      right('reset', 'topic', topic, 'delete'),
      right('reset', 'topic', topic, 'describeConfigs'),
    ]),
    right('reset', 'topic', 'averages-journal', 'read'),
    right('reset', 'topic', 'averages-journal', 'write'),
    right('reset', 'group', 'meanwhile', 'read'),
    right('reset', 'group', 'meanwhile', 'delete'),
    { ...right('reset', 'transactionalId', 'averages-', 'write'), isPrefix: true },
  ],
  'replay-dead-letters': [
    right('replay-dead-letters', 'topic', 'prices', 'write'),
    right('replay-dead-letters', 'topic', 'prices', 'describeConfigs'),
    right('replay-dead-letters', 'topic', 'averages-dead-letters', 'read'),
    right('replay-dead-letters', 'topic', 'averages-dead-letters', 'describeConfigs'),
    right('replay-dead-letters', 'topic', 'averages-journal', 'read'),
    { ...right('replay-dead-letters', 'group', 'meanwhile-replay-', 'read'), isPrefix: true },
    { ...right('replay-dead-letters', 'transactionalId', 'averages-', 'write'), isPrefix: true },
  ],
};

const found = await startSecureBroker(Object.keys(rightsOf));
const broker = found as SecureBroker;
const folder = mkdtempSync(join(tmpdir(), 'meanwhile-'));

beforeEach((context) => {
  if (typeof found === 'string') context.skip(found);
});
beforeAll(async () => {
  if (typeof found === 'string') return;
  await broker.allow(Object.values(rightsOf).flat());
  expect(meanwhile({ ...open(), PARTITIONS: '1' }, 'topics').status).toBe(0);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (typeof found !== 'string') await broker.stop();
});

describe('the rights in docs/OPERATIONS.md', () => {
  test('let each command do its work', async () => {
    const message = { key: 'A', value: '{"price":1,"timestamp":-1}', partition: 0 };
    await sendMessages(broker.listeners.open, 'prices', [message, message]);
    const env = { ...open(), PATH: process.env['PATH'], INSTANCE_ID: 'cli-security' };
    const script = 'services/aggregator/src/main.ts';
    const aggregator = await startChild({ name: 'cli-security', root, script, env, port: 0 });
    await aggregator.ready();
    await expect.poll(() => meanwhile(open(), 'status').stdout, { timeout: 30_000 }).toMatch(/ 2 +0 +0 +2 /);
    expect(await aggregator.stop()).toBe(0);

    expect(as('status')).toMatchObject({ status: 0, stderr: '' });
    const args = ['--set', 'timestamp=now', '--yes'];
    expect(as('replay-dead-letters', ...args).stdout).toContain('2 sent, each once.');
    expect(as('reset', '--yes')).toMatchObject({ status: 0, stderr: '' });
    expect(as('reset', '--to', 'latest', '--yes')).toMatchObject({ status: 0, stderr: '' });
  });

  // The one that is found out last, when everything is emptied already: run again with it, the reset comes to its end.
  test('a reset that may not forget offsets says so, and goes on when it may', async () => {
    const forget = rightsOf.reset.filter(
      ({ resource, operation }) => resource === 'group' && operation === 'delete',
    );
    await broker.revoke(forget);
    const refused = as('reset', '--yes');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(missing(forget[0]!))]);
    await broker.allow(forget);
    expect(as('reset', '--yes').status).toBe(0);
  });
});

function right(
  command: Command,
  resource: Right['resource'],
  name: string,
  operation: Right['operation'],
): Right {
  return { principal: `User:${command}`, resource, name, operation };
}

/** Where everybody may do everything. */
function open(): Record<string, string> {
  return { KAFKA_BROKERS: broker.listeners.open };
}

function as(command: Command, ...args: string[]) {
  return meanwhile(environmentOf(broker, command as unknown as User, folder), command, ...args);
}
