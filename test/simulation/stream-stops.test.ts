import { BatchBuilder } from '@meanwhile/kafka';
import { describe, expect, test } from 'vitest';
import { Scenario } from './stream-scenario.ts';
import { tornTransactions } from './stream-truth.ts';
import { sumsSubject } from './sums-subject.ts';

/** What going on would turn into a wrong result ends the process: exit code 3, with a remedy. */
describe('the stream runtime stops when', () => {
  const input = (scenario: Scenario) => scenario.cluster.partition('in', 0);

  test('input is cut off that recovery needs', async () => {
    const scenario = await afterSomeInput();
    input(scenario).deleteBefore(scenario.groupOffset(0));
    await expectStop(scenario, /in\[0\]: input is gone up to offset \d+, needed from \d+ for recovery/);
  });

  test('input is cut off before it was read', async () => {
    const scenario = await afterSomeInput({ isStoppedCleanly: true });
    scenario.inputs[0]!.write();
    input(scenario).deleteBefore(scenario.groupOffset(0) + 1);
    await expectStop(scenario, /in\[0\]: input is gone from offset \d+ to \d+ before it was read/);
  });

  test('input is cut off before a running task has read it', async () => {
    const scenario = await afterSomeInput({ isRunning: true });
    const instance = scenario.instances[0]!;
    instance.process.pause();
    for (let i = 0; i < 5; i++) scenario.inputs[0]!.write();
    input(scenario).deleteBefore(input(scenario).highWatermark);
    instance.process.resume();
    await expectStop(scenario, /in\[0\]: input is gone/);
  });

  test('the input ends before what was read', async () => {
    const scenario = await afterSomeInput();
    const id = scenario.cluster.topicId('in');
    scenario.cluster.deleteTopic('in');
    scenario.cluster.createTopic('in', scenario.partitions.length, { hasAppendTime: true });
    scenario.cluster.topicId = () => id; // a restored backup, of some time ago
    await expectStop(scenario, /the input ends at offset 0, the journal has read up to \d+/);
  });

  test('the input is another topic of the same name', async () => {
    const scenario = await afterSomeInput();
    scenario.cluster.deleteTopic('in');
    scenario.cluster.createTopic('in', scenario.partitions.length, { hasAppendTime: true });
    await expectStop(scenario, /input topic id is topic-\d+, the journal was written for topic-\d+/);
  });

  test('the input is deleted under a running task', async () => {
    const scenario = await afterSomeInput({ isRunning: true });
    scenario.cluster.deleteTopic('in');
    await expectStop(scenario, /cannot read in-\d/);
  });

  test('partitions were added', async () => {
    const scenario = await afterSomeInput();
    for (const topic of ['in', 'out', 'late', 'journal'])
      scenario.cluster.addPartitions(topic, scenario.partitions.length + 1);
    await expectStop(
      scenario,
      /partition \d+ was added|partition count is \d, the journal was written for \d/,
    );
  });

  test('the journal is gone and the group has read', async () => {
    const scenario = await afterSomeInput();
    scenario.cluster.deleteTopic('journal');
    scenario.cluster.createTopic('journal', scenario.partitions.length);
    await expectStop(scenario, /no journal, but group group has committed offset \d+/);
  });

  test('a transaction was committed in one topic and aborted in another', async () => {
    let stopped: string[] = [];
    for (let steps = 1; stopped.length === 0 && steps < 100; steps++) {
      const scenario = await afterSomeInput({ isRunning: true });
      loseMarkerThenDie(scenario, steps);
      for (let i = 0; i < 5; i++) scenario.world.after(i * 100, () => scenario.inputs[0]!.write());
      await scenario.world.run(() => scenario.instances.length === 0, 5_000);
      scenario.start('b');
      await scenario.world.run(() => scenario.fatal.length > 0, 5_000);
      stopped = scenario.fatal.map(({ message }) => message);
      // Not a word of it where it is not true.
      expect(stopped.length > 0, stopped[0]).toBe(tornTransactions(scenario).length > 0);
    }
    expect(stopped[0]).toMatch(/-0: a transaction was ended in two ways: aborted in .*, committed in /);
  });

  test('somebody else wrote into the journal', async () => {
    const scenario = await afterSomeInput();
    const value = Buffer.from('{"type":"note"}');
    const batch = new BatchBuilder(1_000);
    const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
    batch.append({ key: null, value, ...bounds, timestampMs: 1 });
    const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
    scenario.cluster.partition('journal', 0).append(batch.seal(identity));
    await expectStop(scenario, /entry of type "note", wanted settings or commit/);
  });
});

/** The next transaction that writes results loses the marker there, and its writer dies soon after that: in its next one, or near it. */
function loseMarkerThenDie(scenario: Scenario, steps: number): void {
  const { transactions } = scenario.cluster;
  const [instance] = scenario.instances;
  transactions.onEnding = () => {
    if (transactions.loseMarkers((to) => to === 'out-0') === 0) return;
    transactions.onEnding = () => {};
    instance!.process.afterSteps(steps, () => scenario.crash(instance!));
  };
}

/** A world in which one instance has read some input, and then stopped, was killed, or runs. */
async function afterSomeInput(
  how: { isStoppedCleanly?: boolean; isRunning?: boolean } = {},
): Promise<Scenario> {
  // No snapshot but at a clean stop, so that recovery needs the input.
  const limits = { ...sumsSubject.limits, snapshotInputBytesMin: 1e9, snapshotIntervalMs: 1e9 };
  const scenario = new Scenario(7, { ...sumsSubject, limits });
  const { world } = scenario;
  scenario.start('a');
  for (const writer of scenario.inputs) {
    for (let i = 0; i < 10; i++) writer.write();
  }
  expect(await world.run(() => scenario.isAtRest(), 60_000)).toBe(true);
  const instance = scenario.instances[0]!;
  if (how.isStoppedCleanly) await world.settle(instance.runtime.stop());
  if (!how.isRunning) scenario.crash(instance);
  return scenario;
}

/** Another instance opens what there is, unless one runs. */
async function expectStop(scenario: Scenario, message: RegExp): Promise<void> {
  if (scenario.instances.length === 0) scenario.start('b');
  await scenario.world.run(() => scenario.fatal.length > 0, 120_000);
  expect(scenario.fatal[0]).toMatchObject({ exitCode: 3, message: expect.stringMatching(message) });
  expect((scenario.fatal[0] as Error & { remedy: string }).remedy).not.toBe('');
}
