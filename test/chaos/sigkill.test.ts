import { afterEach, describe, expect, inject, test } from 'vitest';
import { type Chaos, NAMES, startChaos } from './chaos.ts';
import { gapAt, percentile } from './figures.ts';
import { freezeInTransaction } from './freeze.ts';
import { isFull, progress, reportTimes } from './report.ts';

const SESSION_TIMEOUT_MS = 10_000;
const ON = { fastFailover: 'on', gapMsMax: 1_000 };
const OFF = { fastFailover: 'off', gapMsMax: SESSION_TIMEOUT_MS + 3_000 };
/** 60 in all. In two halves with failover on: a process that is killed takes no snapshot, so that each kill makes the next replay longer. */
const RUNS = isFull
  ? [
      { ...ON, kills: 23 },
      { ...ON, kills: 23 },
      { ...OFF, kills: 14 },
    ]
  : [
      { ...ON, kills: 6 },
      { ...OFF, kills: 2 },
    ];

let chaos: Chaos | undefined;

afterEach(async () => {
  await chaos?.close();
  chaos = undefined;
});

describe('aggregators killed in the middle of a transaction', () => {
  test.each(RUNS)(
    'lose, double and change nothing: fast failover $fastFailover, $kills times',
    async ({ fastFailover, kills, gapMsMax }) => {
      chaos = await startChaos({
        brokers: inject('brokers'),
        name: `kill-${fastFailover}`,
        env: { FAST_FAILOVER: fastFailover },
      });
      const gapsMs: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const isRestartedAtOnce = kill % 2 === 1;
        gapsMs.push(...(await killOne(chaos, NAMES[kill % NAMES.length]!, isRestartedAtOnce)));
        progress(`kill ${kill + 1} of ${kills}: gaps so far p50 ${percentile(gapsMs, 0.5)} ms`);
      }
      await chaos.finish();
      reportTimes(`failover gap after SIGKILL, FAST_FAILOVER=${fastFailover}`, gapsMs);
      if (isFull) expect(percentile(gapsMs, 0.95)).toBeLessThanOrEqual(gapMsMax);
    },
  );
});

/** @returns how long each partition that was lost stood still, in ms */
async function killOne(o: Chaos, name: string, isRestartedAtOnce: boolean): Promise<number[]> {
  const victim = o.members.get(name)!;
  const partitionsOf = () => o.partitionsOf(name);
  const open = await freezeInTransaction(o.cluster, victim, o.journal, partitionsOf);
  const lost = partitionsOf();
  const killMs = Date.now();
  victim.kill('SIGKILL');
  expect(await victim.exited).toBe(128);
  expect(lost).toEqual(expect.arrayContaining(open));

  if (!isRestartedAtOnce) await o.untilCommittedAfter(killMs, lost);
  await o.start(name);
  await o.untilCommittedAfter(killMs, lost);
  const gapsMs = lost.map((partition) => gapAt(o.live.commits(partition), killMs)!);
  await o.untilCaughtUp();
  return gapsMs;
}
