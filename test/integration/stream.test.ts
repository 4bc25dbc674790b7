import type { RecordCursor } from '@meanwhile/kafka';
import {
  type Json,
  type Outbox,
  type Processor,
  type ProcessorFactory,
  type Stream,
  startStream,
  systemTime,
} from '@meanwhile/stream';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTopic, uniqueTopic } from '../support/broker.ts';
import { silent, until } from '../support/pipeline.ts';
import { produce, readTopic } from '../support/plain-topics.ts';

/** The simplest processor with a state: each result is `<settings.name>:<running sum>`. */
class Adder implements Processor {
  readonly watermarkMs = Number.NEGATIVE_INFINITY;
  readonly name: string;
  sum: number;
  #read = 0;

  constructor(name: string, sum: number) {
    this.name = name;
    this.sum = sum;
  }

  process(records: RecordCursor, outbox: Outbox): boolean {
    while (!outbox.isFull && records.next()) {
      this.#read++;
      this.sum += Number(
        new TextDecoder().decode(records.bytes.subarray(records.valueStart, records.valueEnd)),
      );
      const value = new TextEncoder().encode(`${this.name}:${this.sum}`);
      const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
      outbox.append(0, { key: null, value, ...bounds, timestampMs: records.timestampMs });
    }
    return true;
  }
  silence = () => true;
  advance = () => true;
  takeSummary(): Json {
    const summary = { watermark: null, read: this.#read, totals: { sum: this.sum } };
    this.#read = 0;
    return summary;
  }
  snapshot(): Uint8Array {
    return new TextEncoder().encode(String(this.sum));
  }
}

const adders = (name: string, begin = 0): ProcessorFactory<Adder> => ({
  settings: { name },
  semanticsVersion: 1,
  create: (settings) => new Adder(String(settings['name']), begin),
  restore: (settings, _partition, bytes) =>
    new Adder(String(settings['name']), Number(new TextDecoder().decode(bytes))),
  convert: (adder, settings) => new Adder(String(settings['name']), adder.sum),
});

let topics: { input: string; outputs: string[]; journal: string };
let streams: Stream[] = [];
const brokers = inject('brokers');

beforeEach(async () => {
  const input = uniqueTopic('stream');
  topics = { input, outputs: [`${input}-out`], journal: `${input}-journal` };
  const config = { 'message.timestamp.type': 'LogAppendTime' };
  for (const topic of [input, `${input}-out`, `${input}-journal`])
    await createTopic(brokers, topic, 1, config);
});

afterEach(async () => {
  for (const stream of streams) await stream.stop();
  streams = [];
});

describe('a stream', () => {
  test('goes on from its snapshot after a clean stop', async () => {
    await produce(brokers, topics.input, ['1', '2']);
    const first = await start('a');
    await untilResults(2);
    await first.stop();
    await produce(brokers, topics.input, ['3']);
    await start('a');
    expect(await untilResults(3)).toEqual(['a:1', 'a:3', 'a:6']);
    expect(await journalTypes()).toEqual(['settings', 'commit', 'settings', 'snapshot', 'commit']);
  });

  test('shuts an owner out that does not know of its successor, and loses nothing to it', async () => {
    await produce(brokers, topics.input, ['1']);
    await start('a');
    await untilResults(1);
    // A second group holds the same partition: only the transaction coordinator keeps them apart.
    await untilRunning(await start('a', { groupId: `${topics.input}-other` }));
    await produce(
      brokers,
      topics.input,
      Array.from({ length: 200 }, () => '1'),
    );
    const results = await untilResults(201);
    expect(results).toEqual(Array.from({ length: 201 }, (_, i) => `a:${i + 1}`));
  });

  test('converts its state when settings change, and records both', async () => {
    await produce(brokers, topics.input, ['1']);
    const first = await start('a');
    await untilResults(1);
    await first.stop();
    await start('b');
    await produce(brokers, topics.input, ['2']);
    expect(await untilResults(2)).toEqual(['a:1', 'b:3']);
  });

  test('cuts the journal before the newest snapshot that is an hour old, and restores from what is left', async () => {
    await produce(brokers, topics.input, ['1']);
    const first = await start('a');
    await untilResults(1);
    await first.stop();
    await produce(brokers, topics.input, ['2']);
    const inTwoHours = { ...systemTime, now: () => Date.now() + 2 * 3_600_000 };
    const second = await start('a', { time: inTwoHours });
    await untilResults(2);
    await second.stop();
    const left = await readTopic(brokers, topics.journal);
    expect(left[0]!.offset).toBe(4); // gone: settings and commit, each with its transaction's marker
    expect(left.map(({ key }) => key!.toString())).toEqual([
      'settings',
      'snapshot',
      'commit',
      'settings',
      'snapshot',
    ]);
    await produce(brokers, topics.input, ['3']);
    await start('a');
    expect(await untilResults(3)).toEqual(['a:1', 'a:3', 'a:6']);
  });

  test('records changed settings even when a snapshot has just taken all in', async () => {
    const clock = shiftedTime();
    await produce(brokers, topics.input, ['1']);
    await start('a', { time: clock });
    await untilResults(1);
    clock.aheadMs = 11 * 60_000; // with new input, a snapshot is due every ten minutes
    await produce(brokers, topics.input, ['2']);
    await untilResults(2);
    const second = await start('b', { groupId: `${topics.input}-other` });
    await untilRunning(second);
    await produce(brokers, topics.input, ['3']);
    expect(await untilResults(3)).toEqual(['a:1', 'a:3', 'b:6']);
    const settings = (await readTopic(brokers, topics.journal)).filter(
      ({ key }) => key!.toString() === 'settings',
    );
    // Its own group still gives the first one the partition: it may have taken it back by now.
    const names = settings.map(({ value }) => JSON.parse(value!.toString()).settings.name);
    expect(names).toContain('b');
  });

  test('gives a partition that has gone quiet its snapshot', async () => {
    const clock = shiftedTime();
    await produce(brokers, topics.input, ['1']);
    await start('a', { time: clock });
    await untilResults(1);
    clock.aheadMs = 11 * 60_000;
    await until('a snapshot', 30_000, async () => (await journalTypes()).includes('snapshot'));
    expect(await journalTypes()).toEqual(['settings', 'commit', 'settings', 'snapshot']);
  });

  test('ends with exit code 3 when the replay differs from the journal', async () => {
    await produce(brokers, topics.input, ['1']);
    const abandoned = await start('a', {}, adders('a', 0));
    await untilResults(1);
    // Without a clean stop there is no snapshot: the next owner (of another group, so that it need not wait for
    // the partition) replays, with a processor that counts otherwise.
    const error = await fatal('a', adders('a', 1_000), `${topics.input}-other`);
    expect(error).toMatchObject({ exitCode: 3 });
    expect(error.message).toMatch(
      /state diverges at offset 1 .*totals is \{"sum":1001\}, the journal has \{"sum":1\}/,
    );
    await abandoned.stop();
  });

  test('ends with exit code 3 when the group has an offset and the journal is gone', async () => {
    await produce(brokers, topics.input, ['1']);
    const first = await start('a');
    await untilResults(1);
    await first.stop();
    topics = { ...topics, journal: `${topics.input}-journal-2` };
    await createTopic(brokers, topics.journal, 1);
    const error = await fatal('a', adders('a'));
    expect(error).toMatchObject({ exitCode: 3 });
    expect(error.message).toMatch(/no journal, but group .* has committed offset 1/);
  });

  test('is refused with exit code 3 when the input is compacted or a topic is missing', async () => {
    const compacted = uniqueTopic('compacted');
    await createTopic(brokers, compacted, 1, { 'cleanup.policy': 'compact' });
    await expect(start('a', { topics: { ...topics, input: compacted } })).rejects.toMatchObject({
      exitCode: 3,
    });
    await expect(start('a', { topics: { ...topics, journal: 'nowhere' } })).rejects.toThrow(
      /nowhere: no partitions, wanted 1/,
    );
  });
});

async function start(
  name: string,
  more: object = {},
  factory = adders(name),
  onFatal = (error: Error) => fail(error),
): Promise<Stream> {
  const stream = await startStream({
    kafka: { brokers: brokers.split(','), clientId: name },
    topics,
    groupId: topics.input,
    instanceId: `${name}-${streams.length}`,
    peerAddress: '127.0.0.1:1',
    start: 'earliest',
    commitIntervalMs: 50,
    idleSkewMs: 1_000,
    fastFailover: false,
    sessionTimeoutMs: 6_000,
    factory,
    logger: silent,
    onFatal,
    ...more,
  });
  streams.push(stream);
  return stream;
}

async function untilRunning(stream: Stream): Promise<void> {
  const isRunning = () => stream.status()?.some(({ state }) => state === 'running') ?? false;
  await until('a running partition', 30_000, async () => isRunning());
}

function shiftedTime() {
  const clock = { ...systemTime, aheadMs: 0, now: () => Date.now() + clock.aheadMs };
  return clock;
}

function fail(error: Error): never {
  throw error;
}

function fatal(name: string, factory: ProcessorFactory<Adder>, groupId = topics.input): Promise<Error> {
  return new Promise((resolve, reject) => {
    start(name, { groupId }, factory, resolve as never).catch(reject);
  });
}

async function untilResults(count: number): Promise<string[]> {
  let results: string[] = [];
  await until(`${count} results`, 30_000, async () => {
    results = (await readTopic(brokers, topics.outputs[0]!)).map(({ value }) => value!.toString());
    return results.length >= count;
  });
  return results;
}

async function journalTypes(): Promise<string[]> {
  return (await readTopic(brokers, topics.journal)).map(({ key }) => key!.toString());
}
