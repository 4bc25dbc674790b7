import { hash } from 'node:crypto';

/** A member of the group as the assignment sees it. */
export interface AssignableMember {
  memberId: string;
  /** What the placement goes by: the same name gets the same partitions back after a restart. */
  instanceId: string;
  /** What it holds now by its own account; a member that was away too long may be wrong about it. */
  owned: readonly number[];
}

/**
 * Every partition goes to exactly one member; loads differ by at most one; no fewer partitions could move from where they are.
 * Those that do move go, as far as there is room, to their home: bounded rendezvous hashing, which depends on nothing but the
 * names. So a group that starts is at home, and who leaves and comes back gets the same partitions back.
 *
 * A pure function of the members: whichever of them leads the group computes the same.
 *
 * @returns partitions of each member id, ascending
 */
export function assignPartitions(
  members: readonly AssignableMember[],
  partitions: readonly number[],
): Map<string, number[]> {
  const assigned = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]));
  if (members.length === 0) return assigned;

  const ranked = rankPairs(members, partitions);
  const homes = homesOf(
    ranked,
    loadsOf(members, partitions, () => 0),
  );
  const isHome = ({ memberId, partition }: Pair) => homes.get(partition) === memberId;
  const homeFirst = [...ranked.filter(isHome), ...ranked.filter((pair) => !isHome(pair))];

  const owned = new Map(members.map((member) => [member.memberId, new Set(member.owned)]));
  const holders = new Map<number, string>();
  for (const { memberId, partition } of homeFirst) {
    if (owned.get(memberId)!.has(partition) && !holders.has(partition)) holders.set(partition, memberId);
  }
  const held = countBy([...holders.values()]);
  const atHome = countBy([...homes.values()]);
  // Room for one more goes to those who hold one more, then to those who have one more at home.
  const base = Math.floor(partitions.length / members.length);
  const room = loadsOf(
    members,
    partitions,
    (id) => ((held.get(id) ?? 0) > base ? 2 : 0) + ((atHome.get(id) ?? 0) > base ? 1 : 0),
  );

  const placed = new Set<number>();
  const place = ({ memberId, partition }: Pair) => {
    const own = assigned.get(memberId)!;
    if (placed.has(partition) || own.length === room.get(memberId)) return;
    own.push(partition);
    placed.add(partition);
  };
  homeFirst.filter(({ memberId, partition }) => holders.get(partition) === memberId).forEach(place);
  homeFirst.forEach(place);
  for (const own of assigned.values()) own.sort((a, b) => a - b);
  return assigned;
}

/** How many partitions each member gets: the same, and one more for those of the highest priority. They add up. */
function loadsOf(
  members: readonly AssignableMember[],
  partitions: readonly number[],
  priority: (memberId: string) => number,
): Map<string, number> {
  const base = Math.floor(partitions.length / members.length);
  const extras = partitions.length % members.length;
  const inOrder = members.toSorted(
    (a, b) =>
      priority(b.memberId) - priority(a.memberId) ||
      compare(a.instanceId, b.instanceId) ||
      compare(a.memberId, b.memberId),
  );
  return new Map(inOrder.map(({ memberId }, i) => [memberId, base + (i < extras ? 1 : 0)]));
}

/** Pairs are accepted from the highest score down while the member has room. */
function homesOf(ranked: readonly Pair[], room: ReadonlyMap<string, number>): Map<number, string> {
  const homes = new Map<number, string>();
  const left = new Map(room);
  for (const { memberId, partition } of ranked) {
    if (homes.has(partition) || left.get(memberId) === 0) continue;
    left.set(memberId, left.get(memberId)! - 1);
    homes.set(partition, memberId);
  }
  return homes;
}

function countBy(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
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
