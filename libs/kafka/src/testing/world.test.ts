import { describe, expect, test } from 'vitest';
import { clientCode } from '../errors.ts';
import { SimNetwork } from './sim-network.ts';
import { SimProcess } from './sim-process.ts';
import { World } from './world.ts';

describe('a world', () => {
  test('goes through its events in the order of their times, then of their making', async () => {
    const world = new World(1);
    const seen: string[] = [];
    world.after(20, () => seen.push('b'));
    world.after(10, () => seen.push('a'));
    world.after(20, () => seen.push('c'));
    world.after(15, () => seen.push('cancelled')).cancel();
    expect(await world.run(() => false, 30)).toBe(false);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('lets no time pass while a promise can go on', async () => {
    const world = new World(1);
    const times: number[] = [];
    const work = async () => {
      await world.sleep(5);
      for (let i = 0; i < 100; i++) await Promise.resolve();
      times.push(world.nowMs - world.startMs);
      await world.sleep(5);
      times.push(world.nowMs - world.startMs);
    };
    world.after(6, () => times.push(-1));
    await world.settle(work());
    expect(times).toEqual([5, -1, 10]);
  });

  test('says that a promise never settles', async () => {
    const world = new World(1);
    await expect(world.settle(new Promise(() => {}), 100)).rejects.toThrow(
      /a promise is pending after 100 ms/,
    );
  });
});

describe('a process', () => {
  test('that is dead never goes on', async () => {
    const world = new World(1);
    const process = new SimProcess(world, 'p');
    let isAwake = false;
    void process.time.sleep(10).then(() => {
      isAwake = true;
    });
    world.after(5, () => process.crash());
    await world.run(() => false, 100);
    expect(isAwake).toBe(false);
  });

  test('that stood still does what was due when it goes on, by a clock that did not stand still', async () => {
    const world = new World(1);
    const process = new SimProcess(world, 'p', 7);
    const woken: number[] = [];
    void process.time.sleep(10).then(() => woken.push(process.time.now() - world.startMs));
    process.pause();
    world.after(50, () => process.resume());
    await world.run(() => false, 100);
    expect(woken).toEqual([57]);
  });

  test('sleeps no longer once its signal aborts', async () => {
    const world = new World(1);
    const { time } = new SimProcess(world, 'p');
    const given = new AbortController();
    world.after(5, () => given.abort());
    await world.settle(time.sleep(1_000, given.signal));
    expect(world.nowMs - world.startMs).toBe(5);
  });

  test('is struck at the step that was asked for', async () => {
    const world = new World(1);
    const process = new SimProcess(world, 'p');
    process.afterSteps(3, () => process.crash());
    expect([process.step(), process.step(), process.step(), process.step()]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a network', () => {
  const fates = [
    { fate: 'good', carriedOut: 1, heard: 'answer' },
    { fate: 'slow', carriedOut: 1, heard: 'answer' },
    { fate: 'notSent', carriedOut: 0, heard: clientCode.notSent },
    { fate: 'lost', carriedOut: 0, heard: clientCode.noAnswer },
    { fate: 'answerLost', carriedOut: 1, heard: clientCode.noAnswer },
    { fate: 'late', carriedOut: 1, heard: clientCode.noAnswer },
    { fate: 'refused', carriedOut: 0, heard: 6 },
  ] as const;

  test.each(fates)('a request that is $fate', async ({ fate, carriedOut, heard }) => {
    const world = new World(3);
    const process = new SimProcess(world, 'p');
    const network = new SimNetwork(world);
    if (fate !== 'good') network.faults.add({ fate, probability: 1, api: 'Fetch', process });
    let count = 0;
    const asking = network.call(process, 'Fetch', '', () => {
      count++;
      return 'answer';
    });
    const found = await world.settle(asking.catch((error: { code: number }) => error.code));
    if (heard === 6) expect([5, 6]).toContain(found);
    else expect(found).toBe(heard);
    await world.run(() => false, 10_000);
    expect(count).toBe(carriedOut);
  });

  test('whose connections break neither carries out what is under way nor brings an answer back', async () => {
    for (const isServed of [false, true]) {
      const world = new World(3);
      const network = new SimNetwork(world);
      let count = 0;
      const asking = network.call(new SimProcess(world, 'p'), 'Produce', '', () => ++count);
      if (isServed) await world.run(() => count === 1, 100);
      network.breakConnections();
      await expect(world.settle(asking)).rejects.toMatchObject({ code: clientCode.noAnswer });
      expect(count).toBe(isServed ? 1 : 0);
    }
  });
});
