import { expect, test } from 'vitest';
import { pricesSubject } from '../simulation/prices-subject.ts';
import { runSeed } from '../simulation/run-seed.ts';
import type { Scenario } from '../simulation/stream-scenario.ts';
import { verifySimulated } from '../support/verify-on.ts';

const SEEDS = process.env['TEST_SCALE'] === 'full' ? 500 : 25;

/** No false alarm proves little where nothing could give one. */
const MUST_BE_SEEN = [
  'from beginning',
  'from snapshot',
  'averages',
  'late',
  'dead_letters',
  'entries',
  'silences',
  'crash',
  'input truncated',
  'journal trimmed',
  'snapshot of several chunks',
  'sent ahead',
  'settings changed: state is converted at the committed position',
];

test('finds nothing wrong with what aggregators wrote that were killed, expelled, cut off and started with other settings', async () => {
  const seen = new Map<string, number>();
  const note = (what: string, times = 1) => seen.set(what, (seen.get(what) ?? 0) + times);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { scenario, problems } = await runScenario(seed);
    expect(problems, `seed ${seed}`).toEqual([]);
    for (const [what, times] of [...scenario.seen, ...scenario.faults]) note(what, times);
    for (const isFromSnapshot of [false, true]) {
      const report = await verifySimulated(scenario.cluster, {
        inputTopic: scenario.topics.input,
        outputTopic: scenario.topics.outputs[0]!,
        journal: scenario.topics.journal,
        partitions: scenario.partitions,
        isFromSnapshot,
      });
      expect({ problems: report.problems.full, unverified: report.unverified }, `seed ${seed}`).toEqual({
        problems: [],
        unverified: [],
      });
      for (const partition of report.partitions) {
        expect(partition.offsets_behind).toBe(0);
        note(`from ${partition.from}`);
        for (const what of ['averages', 'late', 'dead_letters', 'entries', 'silences'] as const)
          note(what, partition[what]);
      }
    }
  }
  for (const what of MUST_BE_SEEN) expect(seen.get(what) ?? 0, what).toBeGreaterThan(0);
});

async function runScenario(seed: number): Promise<{ scenario: Scenario; problems: string[] }> {
  let scenario: Scenario | undefined;
  const isKept = seed % 2 === 0;
  const subject = {
    ...pricesSubject,
    // Of every other seed the journal is whole at the end, of half of these the input, too.
    limits: { ...pricesSubject.limits, ...(isKept ? { journalKeepMs: 600_000 } : {}) },
    problems(ended: Scenario) {
      scenario = ended;
      return pricesSubject.problems(ended);
    },
  };
  const { problems } = await runSeed(seed, { subject, withoutFaults: seed % 4 === 0 });
  return { scenario: scenario!, problems };
}
