import { afterEach, expect, inject, test } from 'vitest';
import { retainedSince } from './assignments.ts';
import { type Chaos, NAMES, startChaos } from './chaos.ts';
import { longestGap, longestPause, percentile } from './figures.ts';
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
      // There and back again: from the one that stops to another one, and from that one to the new process.
      gapsMs.push(longestGap(chaos.live.commits(partition), stopMs, Date.now()));
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
  reportTimes('gap of a partition handed over, rolling restart', gapsMs);
  reportTimes('longest pause of a retained partition, rolling restart', pausesMs);
  if (!isFull) return;
  expect(Math.max(...stopsMs)).toBeLessThanOrEqual(STOP_MS_MAX);
  expect(percentile(gapsMs, 0.95)).toBeLessThanOrEqual(GAP_MS_MAX);
  expect(Math.max(...pausesMs)).toBeLessThanOrEqual(RETAINED_PAUSE_MS_MAX);
});
