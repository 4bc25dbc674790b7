import { describe, expect, test } from 'vitest';
import { handOver, rest } from './run-seed.ts';
import { type Instance, Scenario } from './stream-scenario.ts';
import { openPartitions } from './stream-truth.ts';
import { sumsSubject } from './sums-subject.ts';

/** A short life of two instances, from joining over opening, restoring and committing to the end. */
const LIFE_MS = 2_500;
const STRIDE = process.env['TEST_SCALE'] === 'full' ? 1 : 3;

/** Random faults may spare a step; here none is spared (in the cut: every third). */
describe('at every step of an instance', () => {
  test('it may die: the successor loses and doubles nothing', async () => {
    await sweep((scenario, instance) => {
      scenario.crash(instance);
      scenario.world.after(100, () => scenario.start(instance.name));
    });
  });

  test('it may stand still until others have taken over, and go on as a zombie', async () => {
    await sweep(({ world }, instance) => {
      instance.process.pause();
      world.after(2_500, () => instance.process.resume());
    });
  });

  test('it may be told to stop: what it has read is committed, and nothing else', async () => {
    await sweep((scenario, instance) => scenario.restart(instance));
  });
});

async function sweep(strike: (scenario: Scenario, instance: Instance) => void): Promise<void> {
  let isHit = true;
  let step = 1 - STRIDE;
  while (isHit) {
    step += STRIDE;
    isHit = false;
    const scenario = new Scenario(11, sumsSubject);
    const { world } = scenario;
    const hit = (instance: Instance) => {
      isHit = true;
      strike(scenario, instance);
    };
    scenario.start('a');
    const first = scenario.instances[0]!;
    first.process.afterSteps(step, () => hit(first));
    world.after(700, () => scenario.start('b'));
    const isOver = () => world.nowMs - world.startMs > LIFE_MS;
    for (const input of scenario.inputs) input.writeUntil(isOver);
    await world.run(isOver, LIFE_MS + 1_000);
    first.process.afterSteps(Number.POSITIVE_INFINITY, () => {});
    await world.run(() => !first.process.isPaused, 5_000);
    const problems = await rest(scenario, 'after the strike');
    if (problems.length === 0) {
      await handOver(scenario);
      problems.push(...(await rest(scenario, 'after the hand-over')));
    }
    if (problems.length === 0) problems.push(...openPartitions(scenario), ...sumsSubject.problems(scenario));
    scenario.end();
    if (problems.length > 0)
      throw new Error([`step ${step}:`, ...problems, ...world.trace.lines()].join('\n'));
  }
  // Each step was reached, and there were some.
  expect(step).toBeGreaterThan(150);
}
