import { hash } from 'node:crypto';

/** A member of the group as the assignment sees it. */
export interface AssignableMember {
  memberId: string;
  /** What the placement goes by: the same name gets the same partitions back after a restart. */
  instanceId: string;
}

/**
 * Bounded rendezvous hashing: each pair of member and partition has a score that depends on nothing else,
 * and pairs are accepted from the highest score down while the member has room. Every partition goes to
 * exactly one member; loads differ by at most one; who comes or goes moves little more than their share.
 *
 * A pure function of the sets: whichever member leads the group computes the same. Members with one
 * instance id score the same, their member id decides.
 *
 * @returns partitions of each member id, ascending
 */
export function assignPartitions(
  members: readonly AssignableMember[],
  partitions: readonly number[],
): Map<string, number[]> {
  const assigned = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]));
  if (members.length === 0) return assigned;

  const base = Math.floor(partitions.length / members.length);
  // So many members may have one more. The rooms add up to the partitions, so none is left over.
  let extras = partitions.length % members.length;
  const placed = new Set<number>();
  for (const { memberId, partition } of rankPairs(members, partitions)) {
    if (placed.has(partition)) continue;
    const own = assigned.get(memberId)!;
    if (own.length > base || (own.length === base && extras === 0)) continue;
    if (own.length === base) extras -= 1;
    own.push(partition);
    placed.add(partition);
  }
  for (const own of assigned.values()) own.sort((a, b) => a - b);
  return assigned;
}

interface Pair {
  memberId: string;
  instanceId: string;
  partition: number;
  score: number;
}

function rankPairs(members: readonly AssignableMember[], partitions: readonly number[]): Pair[] {
  const pairs = members.flatMap(({ memberId, instanceId }) =>
    partitions.map((partition) => ({ memberId, instanceId, partition, score: score(instanceId, partition) })),
  );
  return pairs.sort(
    (a, b) =>
      b.score - a.score ||
      compare(a.instanceId, b.instanceId) ||
      compare(a.memberId, b.memberId) ||
      a.partition - b.partition,
  );
}

/** Not the locale's order: all members must agree. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** 48 bits, exact in a double. A published hash: members of different versions lead one group in turn. */
function score(instanceId: string, partition: number): number {
  return Number.parseInt(hash('sha256', `${instanceId}/${partition}`).slice(0, 12), 16);
}
