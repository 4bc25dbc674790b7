import { afterEach, expect, inject, test } from 'vitest';
import { retainedSince } from './assignments.ts';
import { type Chaos, NAMES, startChaos } from './chaos.ts';
import { gapAt, longestPause, percentile } from './figures.ts';
import { isFull, progress, reportTimes, times } from './report.ts';

const RESTARTS = times(20, 3);
const STOP_MS_MAX = 5_000;
const GAP_MS_MAX = 1_000;
const RETAINED_PAUSE_MS_MAX = 300;

let chaos: Chaos;

afterEach(() => chaos?.close());

test(`${RESTARTS} rolling restarts: each aggregator commits, leaves and ends with 0`, async () => {
  chaos = await startChaos({ brokers: inject('brokers'), name: 'term' });
  const gapsMs: number[] = [];
  const pausesMs: number[] = [];
  const stopsMs: number[] = [];
  for (let restart = 0; restart < RESTARTS; restart++) {
    const name = NAMES[restart % NAMES.length]!;
    const given = chaos.partitionsOf(name);
    expect(given, `partitions of ${name}`).not.toEqual([]);
    const stopMs = Date.now();
    expect(await chaos.members.get(name)!.stop(), `exit code of ${name}`).toBe(0);
    stopsMs.push(Date.now() - stopMs);
    await chaos.start(name);
    await chaos.untilCaughtUp();
    for (const partition of given) {
      gapsMs.push(gapAt(chaos.live.commits(partition), lastCommitBy(chaos, partition, name, stopMs))!);
    }
    for (const other of NAMES.filter((other) => other !== name)) {
      for (const partition of retainedSince(chaos.members.get(other)!, stopMs)) {
        pausesMs.push(longestPause(chaos.live.commits(partition), stopMs, Date.now()));
      }
    }
    progress(`restart ${restart + 1} of ${RESTARTS}: gap p95 ${percentile(gapsMs, 0.95)} ms`);
  }
  await chaos.finish();
  reportTimes('SIGTERM to exit', stopsMs);
  reportTimes('gap of a partition handed over by SIGTERM', gapsMs);
  reportTimes('longest pause of a retained partition, rolling restart', pausesMs);
  if (!isFull) return;
  expect(Math.max(...stopsMs)).toBeLessThanOrEqual(STOP_MS_MAX);
  expect(percentile(gapsMs, 0.95)).toBeLessThanOrEqual(GAP_MS_MAX);
  expect(Math.max(...pausesMs)).toBeLessThanOrEqual(RETAINED_PAUSE_MS_MAX);
});

/** When the stopped process committed for the last time: it commits until its end, so the gap begins after the signal. */
function lastCommitBy(o: Chaos, partition: number, name: string, stopMs: number): number {
  const commits = o.live.commits(partition);
  const next = commits.findIndex(({ appendMs, instance }) => appendMs > stopMs && instance !== name);
  return commits[(next === -1 ? commits.length : next) - 1]!.appendMs;
}
