import { describe, expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';
import { seededBugs } from './seeded-bugs.ts';

const SEEDS_MAX = 200;

/** A test of the test: a simulation that finds nothing may be blind. */
describe(`within ${SEEDS_MAX} seeds the simulation finds that`, () => {
  test.each(Object.entries(seededBugs))('%s', async (_, wrappers) => {
    const problems: string[] = [];
    let seed = 0;
    while (problems.length === 0 && ++seed <= SEEDS_MAX) {
      problems.push(...(await runSeed(seed, { wrappers })).problems);
    }
    expect(problems, `seeds 1 to ${SEEDS_MAX}`).not.toEqual([]);
    process.stdout.write(`  seed ${seed}: ${problems[0]!.slice(0, 150)}\n`);
  });
});
