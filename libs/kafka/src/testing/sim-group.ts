import { assignPartitions } from '../assigner.ts';
import { errorOf } from '../errors.ts';
import type { SimTimer, World } from './world.ts';

const ILLEGAL_GENERATION = 22;
const UNKNOWN_MEMBER_ID = 25;
const REBALANCE_IN_PROGRESS = 27;

export interface JoinedGroup {
  memberId: string;
  generation: number;
  partitions: number[];
}

interface Member {
  memberId: string;
  instanceId: string;
  /** By its own account. */
  owned: readonly number[];
  sessionTimeoutMs: number;
  expiry: SimTimer | undefined;
  /** It has joined the generation to come. */
  join: { resolve(joined: JoinedGroup): void; reject(error: Error): void } | undefined;
}

/** The coordinator of one group by the classic protocol, JoinGroup and SyncGroup in one: members, generations, rebalances. */
export class SimGroup {
  readonly #world: World;
  readonly #groupId: string;
  readonly #members = new Map<string, Member>();
  #generation = 0;
  #partitions: number[] = [];
  #isRebalancing = false;
  #deadline: SimTimer | undefined;
  #created = 0;

  constructor(world: World, groupId: string) {
    this.#world = world;
    this.#groupId = groupId;
  }

  get generation(): number {
    return this.#generation;
  }

  get memberIds(): string[] {
    return [...this.#members.keys()];
  }

  /** Answered when the generation is complete. `memberId` is empty the first time. */
  join(o: {
    memberId: string;
    instanceId: string;
    owned: readonly number[];
    sessionTimeoutMs: number;
    partitions: number;
  }): Promise<JoinedGroup> {
    if (o.memberId !== '' && !this.#members.has(o.memberId)) throw errorOf('JoinGroup', UNKNOWN_MEMBER_ID);
    const memberId = o.memberId || `${o.instanceId}-${++this.#created}`;
    const member: Member = this.#members.get(memberId) ?? {
      memberId,
      instanceId: o.instanceId,
      owned: o.owned,
      sessionTimeoutMs: o.sessionTimeoutMs,
      expiry: undefined,
      join: undefined,
    };
    member.owned = o.owned;
    this.#members.set(memberId, member);
    this.#partitions = Array.from({ length: o.partitions }, (_, partition) => partition);
    member.expiry?.cancel();
    this.#rebalance();
    return new Promise((resolve, reject) => {
      member.join = { resolve, reject };
      this.#completeIfAll();
    });
  }

  heartbeat(memberId: string, generation: number): void {
    const member = this.#members.get(memberId);
    if (member === undefined) throw errorOf('Heartbeat', UNKNOWN_MEMBER_ID);
    if (generation !== this.#generation) throw errorOf('Heartbeat', ILLEGAL_GENERATION);
    this.#expect(member);
    if (this.#isRebalancing) throw errorOf('Heartbeat', REBALANCE_IN_PROGRESS);
  }

  /** Anybody may name any member; those that are not known are no error. */
  remove(memberIds: readonly string[]): void {
    for (const memberId of memberIds) {
      const member = this.#members.get(memberId);
      if (member === undefined) continue;
      this.#world.trace.note(this.#world.nowMs, 'broker', 'member removed', memberId);
      this.#drop(member);
      this.#rebalance();
    }
    this.#completeIfAll();
  }

  #rebalance(): void {
    if (this.#isRebalancing || this.#members.size === 0) return;
    this.#isRebalancing = true;
    const waitMs = Math.max(...[...this.#members.values()].map((member) => member.sessionTimeoutMs));
    this.#deadline = this.#world.after(waitMs, () => {
      for (const member of this.#members.values()) if (!member.join) this.#drop(member);
      this.#completeIfAll();
    });
  }

  #completeIfAll(): void {
    const members = [...this.#members.values()];
    if (!this.#isRebalancing || members.some(({ join }) => join === undefined)) return;
    this.#isRebalancing = false;
    this.#deadline?.cancel();
    if (members.length === 0) return;
    this.#generation++;
    const assigned = assignPartitions(members, this.#partitions);
    this.#world.trace.note(
      this.#world.nowMs,
      'broker',
      `generation ${this.#generation} of ${this.#groupId}`,
      [...assigned].map(([memberId, own]) => `${memberId}:${own.join('+')}`).join(' '),
    );
    for (const member of members) {
      const { memberId, join } = member;
      member.join = undefined;
      this.#expect(member);
      join!.resolve({ memberId, generation: this.#generation, partitions: assigned.get(memberId)! });
    }
  }

  #expect(member: Member): void {
    member.expiry?.cancel();
    member.expiry = this.#world.after(member.sessionTimeoutMs, () => this.remove([member.memberId]));
  }

  #drop(member: Member): void {
    member.expiry?.cancel();
    member.join?.reject(errorOf('JoinGroup', UNKNOWN_MEMBER_ID));
    this.#members.delete(member.memberId);
  }
}
