import { afterAll, describe, expect, test } from 'vitest';
import { FAULTS_MIN, runSeed, type SeedReport } from './run-seed.ts';

const isFull = process.env['TEST_SCALE'] === 'full';
const seedCount = isFull ? 10_000 : 500;
const onlySeed = process.env['SIM_SEED'];
/** So that a failure names its seeds, and a long run shows that it lives. */
const SEEDS_PER_TEST = isFull ? 500 : 100;

/** What the seeds together must have reached: a simulation that reaches less proves less. */
const MUST_BE_SEEN = [
  'fault: crash',
  'fault: pause',
  'fault: long pause',
  'fault: expel',
  'fault: restart',
  'fault: network',
  'fault: deaf',
  'fault: late requests',
  'fault: input truncated',
  'network notSent',
  'network lost',
  'network answerLost',
  'network late',
  'network slow',
  'network refused',
  'partition fenced: somebody else writes it',
  'partition dropped: the outcome of a transaction is unknown',
  'restored',
  'input replayed',
  'journal trimmed',
  'live silence',
  'sent ahead',
  'settings changed: state is converted at the committed position',
  'snapshot of several chunks',
  'transaction timed out',
  'clean stop',
];

describe('the stream runtime on a simulated log', () => {
  const seen = new Map<string, number>();

  if (onlySeed !== undefined) {
    test(`seed ${onlySeed}`, async () => expectGood(await runSeed(Number(onlySeed))));
    return;
  }

  test('without a fault gives what the oracle gives', async () => {
    for (let seed = 1; seed <= 10; seed++) expectGood(await runSeed(seed, { withoutFaults: true }));
  });

  test('does the same again for the same seed, and something else for another', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 5; seed++) {
      const { hash } = await runSeed(seed);
      expect((await runSeed(seed)).hash).toBe(hash);
      hashes.add(hash);
    }
    expect(hashes.size).toBe(5);
  });

  for (let first = 1; first <= seedCount; first += SEEDS_PER_TEST) {
    const last = Math.min(first + SEEDS_PER_TEST - 1, seedCount);
    test(`loses, doubles and alters nothing: seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed++) {
        const report = await runSeed(seed);
        expectGood(report);
        expect(report.hits, `faults of seed ${seed} that hit`).toBeGreaterThanOrEqual(FAULTS_MIN);
        count(seen, report);
      }
      if (isFull) process.stdout.write(`seeds ${first} to ${last} are good\n`);
    });
  }

  test('and has been through all that it must withstand', () => {
    for (const what of MUST_BE_SEEN) expect(seen.get(what) ?? 0, what).toBeGreaterThan(10);
  });

  afterAll(() => {
    if (seen.size === 0) return;
    const lines = [...seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, times]) => `  ${times} × ${what}`);
    process.stdout.write(`seen in ${seedCount} seeds:\n${lines.join('\n')}\n`);
  });
});

function expectGood(report: SeedReport): void {
  if (report.problems.length === 0) return;
  const { seed, problems, faultLog, trace } = report;
  throw new Error(
    [
      `seed ${seed} (again: SIM_SEED=${seed}):`,
      ...problems,
      'faults:',
      ...faultLog,
      'end of the trace:',
      ...trace,
    ].join('\n'),
  );
}

function count(seen: Map<string, number>, report: SeedReport): void {
  const add = (what: string, times: number) => seen.set(what, (seen.get(what) ?? 0) + times);
  for (const [what, times] of report.seen) add(what, times);
  for (const [name, times] of report.faults) add(`fault: ${name}`, times);
}
