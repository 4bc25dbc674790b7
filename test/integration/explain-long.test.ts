import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { type Message, openExplainer, price, send, T0 } from './explain-pipeline.ts';

const brokers = inject('brokers');
/** Ten minutes of prices of three keys, one each 50 ms and up to 2 s out of order, then as much under other settings. */
const STAGE = 12_000;
const STEP_MS = 50;
const COMMITTED_MS = 60_000;

let pipeline: Pipeline;
let explainer: Awaited<ReturnType<typeof openExplainer>>;

const keyOf = (index: number) => `K${index % 3}`;
const timeOf = (index: number) => index * STEP_MS - (index % 5 === 0 ? 2_000 : 0);
const priceOf = (index: number) => 100 + (index % 17) / 10;

async function stage(number: number, windows: string, last: Message[] = []): Promise<void> {
  const aggregator = await pipeline.start('aggregator', { WINDOWS: windows });
  for (let part = 0; part < 4; part++) {
    const first = number * STAGE + (part * STAGE) / 4;
    const indices = Array.from({ length: STAGE / 4 }, (_, i) => first + i);
    await send(brokers, pipeline.inputTopic, [
      ...indices.map((i) => price(keyOf(i), priceOf(i), Math.max(0, timeOf(i)))),
      ...(part === 3 ? last : []),
    ]);
    await pipeline.untilCommitted(COMMITTED_MS);
  }
  expect(await aggregator.stop()).toBe(0);
}

beforeAll(async () => {
  pipeline = await makePipeline({
    brokers,
    name: 'explain-long',
    env: { PARTITIONS: '1', IDLE_TIMEOUT: 'off' },
  });
  await stage(0, 'sliding:10s');
  await stage(1, 'sliding:10s,tumbling:20s', [{ key: 'K0', value: 'bad' }]);
  explainer = await openExplainer(brokers, pipeline);
});

afterAll(async () => {
  await explainer?.close();
  await pipeline?.stop();
});

/** Offsets of a key's prices with `fromMs` <= time <= `toMs` from the offset `first` on. */
function offsetsOf(key: string, fromMs: number, toMs: number, first = 0): number[] {
  return Array.from({ length: 2 * STAGE }, (_, i) => i).filter(
    (i) => i >= first && keyOf(i) === key && timeOf(i) >= fromMs && timeOf(i) <= toMs,
  );
}

test.each([1_000, 3_001, 6_003, 12_001, 17_998, 23_997])(
  'the window of record %d is found among many by a few looks',
  async (index) => {
    const key = keyOf(index);
    const endMs = timeOf(index);
    const { record_count, records, matches, input, journal, published, dead_letters } = await explainer.ask(
      key,
      'sliding-10s',
      T0 + endMs,
    );
    const wanted = offsetsOf(key, endMs - 10_000, endMs);
    expect(records.map(({ offset }) => offset)).toEqual(wanted);
    expect([matches, record_count]).toEqual([true, wanted.length]);
    expect(journal!.from_offset).toBeLessThanOrEqual(published.input_offset);
    expect(journal!.next_offset).toBeGreaterThan(published.input_offset);
    // The dead letter stands in the last commit.
    expect(dead_letters.map(({ offset }) => offset)).toEqual(index === 23_997 ? [2 * STAGE] : []);
    // A window is 200 offsets and 12 s of disorder and grace; the log has 24,000 and twice as many results.
    expect(input.to_offset - input.from_offset).toBeLessThan(1_500);
  },
);

test('a definition that was added counts from the next record on', async () => {
  // The first 20 s window that ends after the change: its records before it were never counted.
  const changeMs = STAGE * STEP_MS;
  const { window_start, records, matches, input } = await explainer.ask('K0', 'tumbling-20s', T0 + changeMs);
  expect(window_start).toBe(T0 + changeMs - 20_000);
  expect(input.from_offset).toBe(STAGE);
  expect(records.map(({ offset }) => offset)).toEqual(
    offsetsOf('K0', changeMs - 20_000, changeMs - 1, STAGE),
  );
  expect(matches).toBe(true);
});

test('a revision that must be there is looked for far behind its window, another one is not', async () => {
  const endMs = T0 + timeOf(1_000);
  const { published } = await explainer.ask('K1', 'sliding-10s', endMs);
  const { offset: _offset, written_at: _written, ...average } = published;
  const revision = average.revision + 1;
  const value = JSON.stringify({ ...average, average: 0, revision });
  await send(brokers, pipeline.outputTopic, [{ key: 'K1', value }]);
  expect((await explainer.ask('K1', 'sliding-10s', endMs)).published.revision).toBe(average.revision);
  const told = await explainer.ask('K1', 'sliding-10s', endMs, { revision });
  expect([told.published.revision, told.matches]).toEqual([revision, false]);
});
