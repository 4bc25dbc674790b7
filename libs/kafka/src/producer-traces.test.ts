import { describe, expect, test } from 'vitest';
import { ProducerTraces } from './producer-traces.ts';
import { Random } from './testing/random.ts';
import { memoryTraces, TracedTopic } from './trace-log.test-kit.ts';
import type { Verdict } from './transaction-traces.ts';

const STRANGER = 2_000;

describe('ProducerTraces', () => {
  test('knows the end of each epoch, whatever stands between, was lost, or deleted since', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { topic, wanted, deleted } = randomHistory(seed);
      const log = memoryTraces(topic);
      const [part] = await log.ends(topic.parts);
      const traces = await ProducerTraces.load(log, part!, topic.producerId);
      for (let epoch = 0; epoch <= topic.epoch + 1; epoch++) {
        const found = await traces.endOf(epoch);
        const end = wanted.get(epoch);
        const isThere = end !== undefined && end.lastOffset >= deleted;
        expect(found?.verdict, `seed ${seed}, epoch ${epoch}`).toBe(isThere ? end.verdict : undefined);
        if (isThere) expect(found!.markerOffset).toBe(end.markerOffset);
      }
    }
  });

  test('finds an old transaction by bisection: a few fetches in thousands', async () => {
    const topic = new TracedTopic(1);
    for (let i = 0; i < 3_000; i++) topic.transact(i === 1_234 ? 'abort' : 'commit', [0]);
    const log = memoryTraces(topic);
    const [part] = await log.ends(topic.parts);
    const traces = await ProducerTraces.load(log, part!, topic.producerId);
    expect(await traces.endOf(1_234)).toMatchObject({ verdict: 'abort', firstOffset: 2_468 });
    expect(await traces.endOf(1_235)).toMatchObject({ verdict: 'commit', markerOffset: 2_471 });
    expect(log.fetches).toBeLessThan(50);
  });

  test.each([
    { what: 'of one transaction', history: [['c'], ['a']], aborted: [1] },
    { what: 'and what hung before it', history: [['c'], ['lost'], ['lost'], ['a']], aborted: [1, 2, 3] },
    { what: 'and not what was aborted before', history: [['a'], ['a']], aborted: [1] },
    { what: 'which is nothing after a commit', history: [['a'], ['c']], aborted: [] },
  ])('tells what the last abort has ended: $what', async ({ history, aborted }) => {
    const topic = new TracedTopic(1);
    for (const [end] of history) {
      topic.write(0);
      topic.end(end === 'a' ? 'abort' : 'commit', end === 'lost' ? [] : [0]);
    }
    const log = memoryTraces(topic);
    const [part] = await log.ends(topic.parts);
    const traces = await ProducerTraces.load(log, part!, topic.producerId);
    expect(await traces.lastAborted()).toEqual(aborted);
  });

  test('an abort under which nothing was written has ended nothing', async () => {
    const topic = new TracedTopic(1);
    topic.transact('abort', [0]);
    topic.transact('commit', [0]);
    for (let i = 0; i < 12; i++) topic.end('abort', [0]);
    const log = memoryTraces(topic);
    const [part] = await log.ends(topic.parts);
    const traces = await ProducerTraces.load(log, part!, topic.producerId);
    expect(await traces.lastAborted()).toEqual([]);
    expect(traces.lastData?.producerEpoch).toBe(1);
  });
});

/** One partition: transactions of several batches, lost markers, a stranger's transactions, a deleted beginning. */
function randomHistory(seed: number) {
  const random = new Random(seed);
  const topic = new TracedTopic(1);
  const [log] = topic.partitions;
  const wanted = new Map<number, { verdict: Verdict; markerOffset: number; lastOffset: number }>();
  let unended: number[] = [];
  const lastOffsets = new Map<number, number>();
  let strangerEpoch = 0;
  const stranger = () => {
    topic.write(0, { producerId: STRANGER, epoch: strangerEpoch });
    log!.endTransaction(STRANGER, ++strangerEpoch, random.pick(['commit', 'abort']));
  };
  for (let i = random.int(0, 40); i >= 0; i--) {
    if (random.chance(0.2)) topic.epoch += random.int(1, 3); // elsewhere
    for (let batches = random.int(0, 3); batches > 0; batches--) {
      if (random.chance(0.2)) stranger();
      topic.write(0);
      lastOffsets.set(topic.epoch, log!.highWatermark - 1);
    }
    if (lastOffsets.has(topic.epoch)) unended.push(topic.epoch);
    const verdict = random.pick(['commit', 'abort'] as const);
    const isLost = i > 0 && random.chance(0.2);
    topic.end(verdict, isLost ? [] : [0], random.int(1, 3));
    if (isLost) continue;
    const markerOffset = log!.highWatermark - 1;
    for (const epoch of unended)
      wanted.set(epoch, { verdict, markerOffset, lastOffset: lastOffsets.get(epoch)! });
    unended = [];
  }
  const deleted = random.chance(0.3) ? random.int(0, log!.highWatermark) : 0;
  log!.deleteBefore(deleted);
  return { topic, wanted, deleted };
}
