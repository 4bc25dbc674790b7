import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AssignableMember, assignPartitions } from './assigner.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 8 });
const counts = fc.integer({ min: 0, max: 40 });
const member = (name: string) => ({ memberId: `id-${name}`, instanceId: name, owned: [] as number[] });
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
      const restarted = [...given]
        .reverse()
        .map((name) => ({ memberId: `new-${name}`, instanceId: name, owned: [] }));
      const again = assignPartitions(restarted, upTo(count));
      for (const name of given) expect(again.get(`new-${name}`)).toEqual(assigned.get(`id-${name}`));
    }),
  );
});

test('no fewer partitions could move, whoever comes and goes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 20 }),
      counts,
      (changes, count) => {
        let group = rebalance([member('a'), member('b')], count);
        for (const name of changes) {
          const others = group.filter(({ instanceId }) => instanceId !== name);
          const isIn = others.length < group.length;
          if (isIn && others.length === 0) continue;
          group = rebalance(isIn ? others : [...group, member(name)], count);
        }
      },
    ),
  );
});

test('who leaves and comes back finds its partitions again, and so do the others', () => {
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 6 }), (given, each) => {
      fc.pre(given.length > 1);
      const count = given.length * each;
      const before = rebalance(given.map(member), count);
      const without = rebalance(before.slice(1), count);
      const back = rebalance([...without, member(given[0]!)], count);
      expect(byName(back)).toEqual(byName(before));
    }),
  );
});

test('of two that claim one partition, one gets it', () => {
  const claiming = ['a', 'b', 'c'].map((name) => ({ ...member(name), owned: upTo(12) }));
  const assigned = assignPartitions(claiming, upTo(12));
  expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(upTo(12));
});

/** One rebalance, checked against the fewest moves that any assignment with such loads needs. */
function rebalance(members: AssignableMember[], count: number): AssignableMember[] {
  const assigned = assignPartitions(members, upTo(count));
  const base = Math.floor(count / members.length);
  const owns = members.map(({ owned }) => owned.length);
  const keptMax =
    owns.reduce((sum, own) => sum + Math.min(own, base), 0) +
    Math.min(count % members.length, owns.filter((own) => own > base).length);
  const kept = members.flatMap(({ memberId, owned }) =>
    owned.filter((partition) => assigned.get(memberId)!.includes(partition)),
  );
  expect(kept).toHaveLength(keptMax);
  return members.map((each) => ({ ...each, owned: assigned.get(each.memberId)! }));
}

function byName(members: readonly AssignableMember[]): Record<string, readonly number[]> {
  return Object.fromEntries(members.map(({ instanceId, owned }) => [instanceId, owned]));
}

test('two members of one name share by their member ids', () => {
  const twins = [
    { memberId: '1', instanceId: 'twin', owned: [] },
    { memberId: '2', instanceId: 'twin', owned: [] },
  ];
  const assigned = assignPartitions(twins, upTo(5));
  expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(upTo(5));
});
