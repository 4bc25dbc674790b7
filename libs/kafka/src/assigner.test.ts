import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignPartitions } from './assigner.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 8 });
const counts = fc.integer({ min: 0, max: 40 });
const member = (name: string) => ({ memberId: `id-${name}`, instanceId: name });
const upTo = (count: number) => Array.from({ length: count }, (_, partition) => partition);

test('every partition goes to exactly one member and loads differ by at most one', () => {
  fc.assert(
    fc.property(names, counts, (given, count) => {
      const assigned = assignPartitions(given.map(member), upTo(count));
      expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(upTo(count));
      const loads = [...assigned.values()].map((own) => own.length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }),
  );
});

test('neither the order of members nor their member ids matter', () => {
  fc.assert(
    fc.property(names, counts, (given, count) => {
      const assigned = assignPartitions(given.map(member), upTo(count));
      const restarted = [...given].reverse().map((name) => ({ memberId: `new-${name}`, instanceId: name }));
      const again = assignPartitions(restarted, upTo(count));
      for (const name of given) expect(again.get(`new-${name}`)).toEqual(assigned.get(`id-${name}`));
    }),
  );
});

test('who leaves and comes back finds its partitions again, and little else moved meanwhile', () => {
  const three = assignPartitions(['a', 'b', 'c'].map(member), upTo(120));
  const two = assignPartitions(['a', 'c'].map(member), upTo(120));
  const kept = ['a', 'c'].flatMap((name) =>
    three.get(`id-${name}`)!.filter((partition) => two.get(`id-${name}`)!.includes(partition)),
  );
  expect(kept.length).toBeGreaterThan(70); // of the 80 that a and c had
  expect(assignPartitions(['c', 'b', 'a'].map(member), upTo(120))).toEqual(three);
});

test('two members of one name share by their member ids', () => {
  const twins = [
    { memberId: '1', instanceId: 'twin' },
    { memberId: '2', instanceId: 'twin' },
  ];
  const assigned = assignPartitions(twins, upTo(5));
  expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(upTo(5));
});
