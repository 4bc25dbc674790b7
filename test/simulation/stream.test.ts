import { afterAll, describe, expect, test } from 'vitest';
import { pricesSubject } from './prices-subject.ts';
import { FAULTS_MIN, runSeed, type SeedReport } from './run-seed.ts';
import { sumsSubject } from './sums-subject.ts';

const isFull = process.env['TEST_SCALE'] === 'full';
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
  'fault: broker restart',
  'fault: markers lost',
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
  'partition dropped: its input begins after what it has read',
  'transaction timed out',
  'hanging transaction ended: commit',
  'hanging transaction ended: abort',
  'clean stop',
];

describe.each([
  {
    name: 'a small processor',
    subject: sumsSubject,
    seedCount: isFull ? 10_000 : 500,
    mustBeSeen: MUST_BE_SEEN,
  },
  { name: "the aggregator's", subject: pricesSubject, seedCount: isFull ? 2_000 : 100, mustBeSeen: [] },
])('the stream runtime on a simulated log, with $name', ({ subject, seedCount, mustBeSeen }) => {
  const seen = new Map<string, number>();
  const run = (seed: number) => runSeed(seed, { subject });

  if (onlySeed !== undefined) {
    test(`seed ${onlySeed}`, async () => expectGood(await run(Number(onlySeed))));
    return;
  }

  test('gives what the oracle gives, without a fault', async () => {
    for (let seed = 1; seed <= 10; seed++) expectGood(await runSeed(seed, { subject, withoutFaults: true }));
  });

  test('does the same again for the same seed, and something else for another', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 5; seed++) {
      const { hash } = await run(seed);
      expect((await run(seed)).hash).toBe(hash);
      hashes.add(hash);
    }
    expect(hashes.size).toBe(5);
  });

  for (let first = 1; first <= seedCount; first += SEEDS_PER_TEST) {
    const last = Math.min(first + SEEDS_PER_TEST - 1, seedCount);
    test(`loses, doubles and alters nothing: seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed++) {
        const report = await run(seed);
        expectGood(report);
        expect(report.hits, `faults of seed ${seed} that hit`).toBeGreaterThanOrEqual(FAULTS_MIN);
        count(seen, report);
      }
      if (isFull) process.stdout.write(`seeds ${first} to ${last} are good\n`);
    });
  }

  test('has been through all that it must withstand', () => {
    for (const what of mustBeSeen) expect(seen.get(what) ?? 0, what).toBeGreaterThanOrEqual(5);
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
