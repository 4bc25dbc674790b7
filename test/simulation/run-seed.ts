import { keepStriking } from './stream-faults.ts';
import { Scenario, type Wrappers } from './stream-scenario.ts';
import { openPartitions, tangledPartitions, tornTransactions } from './stream-truth.ts';
import type { Subject } from './subject.ts';
import { sumsSubject } from './sums-subject.ts';

export interface SeedReport {
  seed: number;
  /** Of all that happened: the same seed gives the same. */
  hash: string;
  /** What is wrong; empty: nothing. */
  problems: string[];
  faults: Map<string, number>;
  /** Faults that hit and could do harm. */
  hits: number;
  faultLog: string[];
  seen: Map<string, number>;
  /** The end of the trace. */
  trace: string[];
}

/** Input comes for so long, and so do faults; longer, until enough of them have hit. */
const BUSY_MS = 7_000;
const BUSY_MS_MAX = 30_000;
export const FAULTS_MIN = 5;
/** With everything healed: sessions end, back-offs of five seconds, transactions time out. */
const REST_MS_MAX = 120_000;

/**
 * One seed: instances, input and faults for some seconds; all is healed and comes to rest; then another instance alone takes every
 * partition over from what the log holds, and reads some more. At the end the oracle compares.
 */
export async function runSeed(
  seed: number,
  options: { subject?: Subject; withoutFaults?: boolean; wrappers?: Wrappers } = {},
): Promise<SeedReport> {
  const scenario = new Scenario(seed, options.subject ?? sumsSubject, options.wrappers);
  const { world } = scenario;
  const names = ['a', 'b', 'c', 'd'].slice(0, world.random.int(2, 4));
  for (const name of names) world.after(world.random.int(0, 400), () => scenario.start(name));
  const faultsMin = options.withoutFaults ? 0 : FAULTS_MIN;
  const isOver = () => world.nowMs - world.startMs >= BUSY_MS && scenario.hits >= faultsMin;
  for (const input of scenario.inputs) input.writeUntil(isOver);
  if (!options.withoutFaults) keepStriking(scenario, isOver);
  await world.run(() => isOver() || scenario.fatal.length > 0, BUSY_MS_MAX);

  scenario.heal();
  const problems = await rest(scenario, 'after the faults');
  if (problems.length === 0) {
    await handOver(scenario);
    problems.push(...(await rest(scenario, 'after the hand-over')));
  }
  if (problems.length === 0)
    problems.push(...openPartitions(scenario), ...scenario.subject.problems(scenario));
  if (stoppedRightly(scenario)) problems.length = 0;
  scenario.end();
  const { faults, hits, faultLog, seen } = scenario;
  return { seed, hash: world.trace.hash, problems, faults, hits, faultLog, seen, trace: world.trace.lines() };
}

/** What the broker's loss of markers has torn or tangled nobody can mend: to stop is all that is left, and only then. */
function stoppedRightly(scenario: Scenario): boolean {
  const { fatal } = scenario;
  const isAll = (words: string) => fatal.length > 0 && fatal.every(({ message }) => message.includes(words));
  if (isAll('was ended in two ways') && tornTransactions(scenario).length > 0) {
    scenario.note('stopped: a transaction was ended in two ways');
    return true;
  }
  if (isAll('some were committed and some aborted') && tangledPartitions(scenario).length > 0) {
    scenario.note('stopped: transactions in a row lost their ends');
    return true;
  }
  return false;
}

export async function rest(scenario: Scenario, when: string): Promise<string[]> {
  const { world } = scenario;
  let isAtRest = false;
  const look = () => {
    isAtRest = scenario.isAtRest();
    if (!isAtRest) world.after(50, look);
  };
  look();
  const isOver = await world.run(() => isAtRest || scenario.fatal.length > 0, REST_MS_MAX);
  if (scenario.fatal.length > 0) return scenario.fatal.map((error) => `${when}: stopped: ${error.message}`);
  return isOver ? [] : [`${when}: not at rest within ${REST_MS_MAX} ms`];
}

/** What the log holds must be enough for somebody who knows nothing else. */
export async function handOver(scenario: Scenario): Promise<void> {
  const { world } = scenario;
  for (const instance of scenario.instances) {
    if (world.random.chance(0.5)) scenario.crash(instance);
    else scenario.restart(instance);
  }
  await world.run(() => false, 6_000);
  for (const instance of scenario.instances) scenario.crash(instance);
  scenario.start('auditor', scenario.subject.lastLabel);
  for (const input of scenario.inputs) input.write();
  await world.run(() => scenario.fatal.length > 0, 100);
}
