import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import { seededRandom } from '../support/data-random.ts';
import { assignmentsOf, retainedSince } from './assignments.ts';
import { type Chaos, NAMES, startChaos } from './chaos.ts';
import { longestPause } from './figures.ts';
import { isFull, progress, reportTimes, times } from './report.ts';

const STORMS = times(10, 1);
/** Members that come and go in one storm, beside the three that stay. */
const PASSERS_BY = 4;
const RETAINED_PAUSE_MS_MAX = 300;

let chaos: Chaos;

afterEach(() => chaos?.close());

test(`${STORMS} rebalance storms: members that join and leave in the middle of each other's rebalances`, async () => {
  chaos = await startChaos({ brokers: inject('brokers'), name: 'storm' });
  const random = seededRandom(4);
  const pausesMs: number[] = [];
  for (let storm = 0; storm < STORMS; storm++) {
    const before = NAMES.map((name) => assignments(chaos, name));
    const startMs = Date.now();
    await Promise.all(
      Array.from({ length: PASSERS_BY }, (_, i) => passBy(chaos, `guest-${i}`, random(), random())),
    );
    await chaos.untilCommittedAfter(Date.now());
    await chaos.untilCaughtUp();
    const rebalances = NAMES.map((name, i) => assignments(chaos, name) - before[i]!);
    expect(
      Math.min(...rebalances),
      `rebalances of each lasting member: ${rebalances.join()}`,
    ).toBeGreaterThan(1);
    for (const name of NAMES) {
      for (const partition of retainedSince(chaos.members.get(name)!, startMs)) {
        pausesMs.push(longestPause(chaos.live.commits(partition), startMs, Date.now()));
      }
    }
    progress(`storm ${storm + 1} of ${STORMS}: ${rebalances.join(', ')} rebalances`);
  }
  await chaos.finish();
  reportTimes('longest pause of a retained partition, rebalance storm', pausesMs);
  if (isFull) expect(Math.max(...pausesMs)).toBeLessThanOrEqual(RETAINED_PAUSE_MS_MAX);
});

/** Joins, stays for less time than a calm rebalance takes, and leaves: politely, or killed. */
async function passBy(o: Chaos, name: string, when: number, how: number): Promise<void> {
  await sleep(when * 1_500);
  const guest = await o.launch(name);
  await guest.ready();
  await sleep(how * 500);
  if (how > 0.3) expect(await guest.stop(), `exit code of ${name}`).toBe(0);
  else {
    guest.kill('SIGKILL');
    await guest.exited;
  }
  o.members.delete(name);
}

function assignments(o: Chaos, name: string): number {
  return assignmentsOf(o.members.get(name)!).length;
}
