import { describe, expect, test } from 'vitest';
import { KafkaError, StopError } from './errors.ts';
import { findHangingTransactions, throwIfHanging } from './hanging-transaction.ts';
import { memoryTraces, TracedTopic } from './trace-log.test-kit.ts';

/** The end of a transaction of another epoch tells nothing of the one that hangs, and each epoch has its own. */
describe('what hangs is ended as that very transaction was ended elsewhere', () => {
  test('though a later one was aborted there', async () => {
    const topic = hanging();
    topic.transact('abort', [0], 2);
    expect(await look(topic)).toEqual([{ partitions: [at(1)], verdict: 'commit' }]);
  });

  test('though a later one was committed there', async () => {
    const topic = new TracedTopic(2);
    topic.write(0);
    topic.write(1);
    topic.end('abort', [0], 2);
    for (let i = 0; i < 20; i++) topic.transact('commit', [0]);
    expect(await look(topic)).toEqual([{ partitions: [at(1)], verdict: 'abort' }]);
  });

  test('each partition in its own way, when two hang', async () => {
    const topic = new TracedTopic(3);
    for (const partition of [0, 1]) topic.write(partition);
    topic.end('commit', [0]);
    for (const partition of [0, 2]) topic.write(partition);
    topic.end('abort', [0]);
    expect(await look(topic)).toEqual([
      { partitions: [at(1)], verdict: 'commit' },
      { partitions: [at(2)], verdict: 'abort' },
    ]);
  });

  test('or, where that is deleted, committed if its writer has gone on', async () => {
    const topic = hanging();
    for (let i = 0; i < 20; i++) topic.transact('commit', [0]);
    topic.partitions[0]!.deleteBefore(20);
    expect(await look(topic)).toEqual([{ partitions: [at(1)], verdict: 'commit' }]);
  });

  test('and not at all when two of one partition were ended in different ways: exit 3', async () => {
    const topic = hanging();
    for (const partition of [0, 1]) topic.write(partition);
    topic.end('abort', [0]);
    await expect(look(topic)).rejects.toThrow(/t-1: .*epochs 0, 1, of which some were committed/);
  });
});

describe('what was ended in two ways', () => {
  test('ends with exit code 3, as long as nobody has gone on', async () => {
    const topic = hanging();
    topic.end('abort', [1], 3);
    const error = await look(topic).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StopError);
    expect((error as Error).message).toContain(
      'aborted in t-1 offsets 0 to 1, committed in t-0 offsets 0 to 1',
    );
    topic.transact('commit', [0]);
    expect(await look(topic)).toEqual([]);
  });

  test('is looked for in one fetch a partition when the last transactions were committed', async () => {
    const topic = new TracedTopic(4);
    for (let i = 0; i < 50; i++) topic.transact('commit', [0, 1, i % 4]);
    const log = memoryTraces(topic);
    expect(await findHangingTransactions(log, topic.parts, topic.identity)).toEqual([]);
    expect(log.fetches).toBe(4);
  });

  test('is no matter of a partition that may not be read, unless something hangs', async () => {
    const topic = hanging();
    const log = memoryTraces(topic);
    const denied: typeof log.fetch = () => Promise.reject(new KafkaError('Fetch', 29));
    const closed = { ...log, ends: async () => [{ ...at(0), stable: 2, latest: 2 }], fetch: denied };
    expect(await findHangingTransactions(closed, [at(0)], topic.identity)).toEqual(onlyOffsets);
    await expect(
      findHangingTransactions({ ...log, fetch: denied }, topic.parts, topic.identity),
    ).rejects.toMatchObject({ code: 29 });
  });
});

describe('a writer that goes on', () => {
  test('over what hangs has to be opened anew', async () => {
    const topic = hanging();
    await throwIfHanging(memoryTraces(topic), [at(0)], topic.identity);
    const going = throwIfHanging(memoryTraces(topic), topic.parts, topic.identity);
    await expect(going).rejects.toMatchObject({ kind: 'reopen', partition: 1 });
  });

  test("beside somebody else's open transaction just goes on", async () => {
    const topic = new TracedTopic(1);
    topic.write(0, { producerId: 2_000, epoch: 0 });
    topic.transact('commit', [0]);
    await throwIfHanging(memoryTraces(topic), topic.parts, topic.identity);
    topic.write(0);
    topic.end('commit', []);
    await expect(throwIfHanging(memoryTraces(topic), topic.parts, topic.identity)).rejects.toMatchObject({
      kind: 'reopen',
    });
  });
});

test("the group's offset may wait for its marker, unless the last transaction was committed", async () => {
  const topic = new TracedTopic(2);
  expect(await look(topic)).toEqual(onlyOffsets);
  topic.transact('commit', [0]);
  expect(await look(topic)).toEqual([]);
  topic.transact('abort', [1], 2);
  expect(await look(topic)).toEqual(onlyOffsets);
  topic.transact('commit', [1]);
  expect(await look(topic)).toEqual([]);
});

const onlyOffsets = [{ partitions: [], verdict: 'abort' }];

/** Committed in partition 0, without an end in 1. */
function hanging(): TracedTopic {
  const topic = new TracedTopic(2);
  for (const partition of [0, 1]) topic.write(partition);
  topic.end('commit', [0]);
  return topic;
}

const at = (partition: number) => ({ topic: 't', partition });

function look(topic: TracedTopic) {
  return findHangingTransactions(memoryTraces(topic), topic.parts, topic.identity);
}
