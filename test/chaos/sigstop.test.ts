import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { until } from '../support/pipeline.ts';
import { type Chaos, NAMES, PATIENCE_MS, startChaos } from './chaos.ts';
import { freezeInTransaction } from './freeze.ts';
import { progress, times } from './report.ts';

/** Past the session time-out of 10 s: by then the group has given its partitions to others. */
const STOPPED_MS = 15_000;
const ZOMBIES = times(20, 2);
const ROUNDS_MAX = ZOMBIES;

let chaos: Chaos;

afterEach(() => chaos?.close());

test(`${ZOMBIES} aggregators that wake up after others took their partitions are fenced`, async () => {
  chaos = await startChaos({ brokers: inject('brokers'), name: 'stop' });
  let fenced = 0;
  for (let round = 0; fenced < ZOMBIES; round++) {
    expect(round, `rounds until ${ZOMBIES} zombies were fenced`).toBeLessThan(ROUNDS_MAX);
    // Two at a time as a rule: what is left then is one aggregator with everything.
    const count = round % 4 === 3 ? 1 : 2;
    const names = Array.from({ length: count }, (_, i) => NAMES[(round + i) % NAMES.length]!);
    fenced += await stopAndWake(chaos, names);
    progress(`round ${round + 1}: ${names.join(' and ')}, ${fenced} of ${ZOMBIES} fenced`);
  }
  await chaos.finish();
});

/**
 * A zombie whose requests all stood unanswered for more than their time-out when it wakes up drops its tasks before it hears that it
 * is fenced. That is right too, and has to do no harm, but is not what counts here.
 *
 * @returns how many of them were fenced
 */
async function stopAndWake(o: Chaos, names: string[]): Promise<number> {
  const zombies = names.map((name) => ({ name, child: o.members.get(name)! }));
  const lost: number[] = [];
  const before = zombies.map(({ child }) => taskEnds(child));
  for (const { name, child } of zombies) {
    // Of another partition it will want to commit as if nothing had been.
    const isFit = (open: readonly number[], all: readonly number[]) => open.length < all.length;
    await freezeInTransaction(o.cluster, child, o.journal, () => o.partitionsOf(name), isFit);
    lost.push(...o.partitionsOf(name));
  }
  const stoppedMs = Date.now();
  // Not only as long as the zombies sleep: on a busy machine the others may need longer.
  await o.untilCommittedAfter(stoppedMs, lost);
  await sleep(Math.max(0, stoppedMs + STOPPED_MS - Date.now()));
  for (const { name } of zombies) {
    expect(o.partitionsOf(name), `partitions of ${name} that nobody took over`).toEqual([]);
  }
  const wokenMs = Date.now();
  for (const { child } of zombies) child.kill('SIGCONT');
  // At least one task each: some of those that it had may have been on their way to another one anyway.
  await until(`${names.join(' and ')} dropped what others have`, PATIENCE_MS, () =>
    zombies.every(({ child }, i) => taskEnds(child).all > before[i]!.all),
  );
  for (const { child } of zombies) await child.ready();
  await o.untilCommittedAfter(wokenMs);
  await o.untilCaughtUp();
  return zombies.filter(({ child }, i) => taskEnds(child).fenced > before[i]!.fenced).length;
}

/** How its tasks have ended so far, from its log. */
function taskEnds(child: Child): { all: number; fenced: number } {
  const text = readFileSync(child.logFile, 'utf8');
  const count = (message: string) => text.split(`"msg":"${message}`).length - 1;
  const fenced = count('partition fenced');
  return { all: fenced + count('partition dropped') + count('partition closed'), fenced };
}
