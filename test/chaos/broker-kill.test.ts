import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type OwnBroker, startOwnBroker } from '../support/own-broker.ts';
import { type Chaos, NAMES, startChaos } from './chaos.ts';
import { freezeInTransaction } from './freeze.ts';
import { isFull, progress, times } from './report.ts';

const KILLS = times(10, 1);
/** One of the full run's is longer: past the 10 s of a session and of an unanswered request, and the 30 s of a commit's repeats. */
const LONG_DOWN_MS = 60_000;

let broker: OwnBroker | undefined;
let chaos: Chaos | undefined;

afterEach(async () => {
  await chaos?.close();
  await broker?.stop();
});

test(`the broker is killed and started again ${KILLS} times, with transactions open`, async (ctx) => {
  const started = await startOwnBroker();
  if (typeof started === 'string') return ctx.skip(started);
  broker = started;
  chaos = await startChaos({ brokers: broker.brokers, name: 'broker' });
  for (let kill = 0; kill < KILLS; kill++) {
    await killBroker(chaos, broker, NAMES[kill % NAMES.length]!, isFull && kill === 4 ? LONG_DOWN_MS : 0);
    progress(`broker kill ${kill + 1} of ${KILLS}`);
  }
  for (const name of NAMES) {
    expect(await hasExited(chaos, name), `${name} has waited the broker out`).toBe(false);
  }
  await chaos.finish();
});

/** One aggregator stands still with its transaction open while the broker dies; the other two are in full swing. */
async function killBroker(o: Chaos, own: OwnBroker, name: string, downMs: number): Promise<void> {
  const frozen = o.members.get(name)!;
  const open = await freezeInTransaction(o.cluster, frozen, o.journal, () => o.partitionsOf(name));
  expect(open).not.toEqual([]);
  await own.kill();
  frozen.kill('SIGCONT');
  const before = o.live.watch.results;
  await sleep(downMs);
  expect(o.live.watch.results, 'results while the broker was away').toBe(before);
  await own.restart();
  await o.untilCommittedAfter(Date.now());
  await o.untilCaughtUp();
}

async function hasExited(o: Chaos, name: string): Promise<boolean> {
  const running = Symbol('running');
  return (await Promise.race([o.members.get(name)!.exited, sleep(0, running)])) !== running;
}
