import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { checkTopics } from '../support/checker.ts';
import { tradesDay } from '../support/data.ts';
import { makePipeline, type Pipeline, until } from '../support/pipeline.ts';
import { newestResults, type SinkRow, sinkRows } from '../support/sink-rows.ts';

const WINDOWS = 'sliding:10s,tumbling:1m';
const COMMITTED_MS = 150_000;
const day = tradesDay();
let pipeline: Pipeline;

afterEach(() => pipeline.stop());

describe('one day of trades through producer, aggregators and sink', () => {
  test.each([1, 3])('is averaged exactly by %i aggregators', async (replicas) => {
    pipeline = await makePipeline({ brokers: inject('brokers'), name: 'trades', env: { WINDOWS } });
    const sink = await pipeline.start('sink');
    await startAggregators(replicas);
    await pipeline.produce({ SOURCE: `file:${day.path}`, SPEED: 'max' });
    await pipeline.untilCommitted(COMMITTED_MS);
    await expectExact();
    await expectSinkEqual(sink);
  });

  test.each([1, 3])(
    'stays exact when one of %i aggregators is killed in the middle, five times',
    async (replicas) => {
      // The day comes over a minute, so that the first and the last kill both fall into it.
      const env = { WINDOWS, SESSION_TIMEOUT: '6s', COMMIT_INTERVAL: '10ms' };
      pipeline = await makePipeline({ brokers: inject('brokers'), name: 'killed', env });
      let isPublished = false;
      const published = pipeline.produce({ SOURCE: `file:${day.path}`, SPEED: '1000x' }).then(() => {
        isPublished = true;
      });
      const aggregators = await Promise.all(
        Array.from({ length: replicas }, () => pipeline.launch('aggregator')),
      );
      for (let kill = 0; kill < 5; kill++) {
        const victim = await firstToCommit(aggregators);
        victim.kill('SIGKILL');
        await victim.exited;
        expect(isPublished, `kill ${kill + 1} was after the day`).toBe(false);
        aggregators[aggregators.indexOf(victim)] = await pipeline.launch('aggregator');
      }
      await published;
      await pipeline.untilCommitted(COMMITTED_MS);
      await expectExact();
    },
  );
});

function startAggregators(replicas: number): Promise<Child[]> {
  return Promise.all(Array.from({ length: replicas }, () => pipeline.start('aggregator')));
}

async function expectExact(): Promise<void> {
  const { inputTopic, outputTopic } = pipeline;
  const report = await checkTopics({ brokers: inject('brokers'), inputTopic, outputTopic });
  expect(report.problems).toEqual([]);
  expect(report.counts.read).toBe(day.rows);
}

/** The one that commits results from now on. */
async function firstToCommit(aggregators: Child[]): Promise<Child> {
  const before = await Promise.all(aggregators.map(resultsOf));
  let found: Child | undefined;
  await until(
    'an aggregator commits results',
    60_000,
    async () => {
      const now = await Promise.all(aggregators.map(resultsOf));
      found = aggregators.find((_, i) => now[i]! > before[i]!);
      return found !== undefined;
    },
    2,
  );
  return found!;
}

async function resultsOf({ port }: Child): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
  const text = (await answer?.text()) ?? '';
  return Number(/^meanwhile_results_total (\d+)/m.exec(text)?.[1] ?? 0);
}

/** The sink holds the newest revision of every result, and nothing else. Silence may still close a window in between. */
async function expectSinkEqual(sink: Child): Promise<void> {
  await until('the sink equals the topic', 60_000, async () => {
    const wanted = await newestResults(inject('brokers'), pipeline.outputTopic);
    const found = await sinkRows(sink.port);
    return found.size === wanted.size && differences(found, wanted).length === 0;
  });
}

function differences(found: Map<string, SinkRow>, wanted: Map<string, SinkRow>): string[] {
  return [...wanted]
    .filter(([identity, row]) => !isDeepStrictEqual(found.get(identity), row))
    .map(([identity]) => identity);
}
