import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { seededRandom } from '../support/data-random.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';
import { assignmentsOf, retainedSince } from './assignments.ts';
import { type Chaos, NAMES, PARTITIONS, startChaos } from './chaos.ts';
import { longestPause, percentile } from './figures.ts';
import { isFull, progress, reportTimes, times } from './report.ts';

const STORMS = times(10, 1);
/** Members that come and go in one storm, beside the three that stay. */
const PASSERS_BY = 4;
const GUEST = 'guest-';
const RETAINED_PAUSE_MS_MAX = 300;
/** The same guests in a group of their own: what their starting alone costs those that stay, on the same cores. */
const CALMS = times(5, 0);

let chaos: Chaos;
let elsewhere: Pipeline | undefined;

afterEach(async () => {
  await elsewhere?.stop();
  await chaos?.close();
});

test(`${STORMS} rebalance storms: members that join and leave in the middle of each other's rebalances`, async () => {
  chaos = await startChaos({ brokers: inject('brokers'), name: 'storm' });
  const random = seededRandom(4);
  const pausesMs: number[] = [];
  for (let storm = 0; storm < STORMS; storm++) {
    const before = NAMES.map((name) => assignments(chaos, name));
    const startMs = Date.now();
    await guests((name) => chaos.launch(name), random);
    for (const name of chaos.members.keys()) if (name.startsWith(GUEST)) chaos.members.delete(name);
    await chaos.untilCommittedAfter(Date.now());
    await chaos.untilCaughtUp();
    const rebalances = NAMES.map((name, i) => assignments(chaos, name) - before[i]!);
    expect(
      Math.min(...rebalances),
      `rebalances of each lasting member: ${rebalances.join()}`,
    ).toBeGreaterThan(1);
    const retained = NAMES.flatMap((name) => retainedSince(chaos.members.get(name)!, startMs));
    const own = retained.map((partition) => longestPause(chaos.live.commits(partition), startMs, Date.now()));
    // The first one finds broker and compilers cold: on two cores everybody then waits for everybody.
    if (storm > 0) pausesMs.push(...own);
    progress(
      `storm ${storm + 1} of ${STORMS}: ${rebalances.join(', ')} rebalances, retained ${retained.join(', ')}, pauses of ${own.join(', ')} ms`,
    );
  }
  const calmMs = await pausesWithoutRebalance(random);
  await chaos.finish();
  reportTimes('longest pause of a retained partition, rebalance storm', pausesMs);
  reportTimes('the same, the guests in a group of their own', calmMs);
  if (!isFull) return;
  const boundMs = Math.max(RETAINED_PAUSE_MS_MAX, 1.5 * percentile(calmMs, 0.95));
  expect(percentile(pausesMs, 0.95)).toBeLessThanOrEqual(boundMs);
});

async function pausesWithoutRebalance(random: () => number): Promise<number[]> {
  if (CALMS === 0) return [];
  const brokers = inject('brokers');
  elsewhere = await makePipeline({
    brokers,
    name: 'chaos-elsewhere',
    env: { PARTITIONS: String(PARTITIONS) },
  });
  const launch = (name: string) => elsewhere!.launch('aggregator', { INSTANCE_ID: name });
  const pausesMs: number[] = [];
  for (let calm = 0; calm < CALMS; calm++) {
    const startMs = Date.now();
    await guests(launch, random);
    await chaos.untilCommittedAfter(Date.now());
    for (const name of NAMES) {
      for (const partition of chaos.partitionsOf(name)) {
        pausesMs.push(longestPause(chaos.live.commits(partition), startMs, Date.now()));
      }
    }
    progress(`calm ${calm + 1} of ${CALMS}`);
  }
  return pausesMs;
}

async function guests(launch: (name: string) => Promise<Child>, random: () => number): Promise<void> {
  const all = Array.from({ length: PASSERS_BY }, (_, i) =>
    passBy(launch, `${GUEST}${i}`, random(), random()),
  );
  await Promise.all(all);
}

/** Joins, stays for less time than a calm rebalance takes, and leaves: politely, or killed. */
async function passBy(
  launch: (name: string) => Promise<Child>,
  name: string,
  when: number,
  how: number,
): Promise<void> {
  await sleep(when * 1_500);
  const guest = await launch(name);
  await guest.ready();
  await sleep(how * 500);
  if (how > 0.3) {
    expect(await guest.stop(), `exit code of ${name}`).toBe(0);
    return;
  }
  guest.kill('SIGKILL');
  await guest.exited;
}

function assignments(o: Chaos, name: string): number {
  return assignmentsOf(o.members.get(name)!).length;
}
