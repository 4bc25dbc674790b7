import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import { describeGroup, type GroupMember, removeMembers } from '../group.ts';
import type { Logger } from '../logger.ts';
import { evictionDelayMs } from './eviction-rule.ts';
import { answersAs, type PeerLink, watchPeer } from './peer-link.ts';

/** How often a group in the middle of a rebalance is asked again, and a suspect that may not be taken out yet is weighed again. */
const LOOK_AGAIN_MS = 200;

export interface FailoverOptions {
  cluster: Cluster;
  groupId: string;
  instanceId: string;
  sessionTimeoutMs: number;
  logger: Logger;
  /** The group answered our last heartbeat. */
  isHealthy: () => boolean;
}

/** Takes dead peers out of the group, so that their partitions need not wait for the session time-out. */
export interface Failover {
  /**
   * Before we join: a member with our name whose process does not answer is our predecessor, killed. Nobody could join until its
   * session is over. Never throws; gives up on a group that cannot be asked.
   */
  evictPredecessor(): Promise<void>;
  /** After each join: looks who the others are, and watches them. */
  joined(memberId: string): void;
  close(): void;
}

interface Peer extends GroupMember {
  link: PeerLink;
  isSuspect: boolean;
  /** Somebody is about to take it out. */
  isWeighed: boolean;
}

export function startFailover(options: FailoverOptions): Failover {
  const { cluster, groupId, instanceId, sessionTimeoutMs, logger, isHealthy } = options;
  const peers = new Map<string, Peer>();
  /** By instance id. */
  const evictedAtMs = new Map<string, number>();
  let ownMemberId = '';
  let generation = 0;
  let isClosed = false;

  async function look(): Promise<void> {
    const own = ++generation;
    while (!isClosed && own === generation) {
      const group = await describeGroup(cluster, groupId).catch(() => undefined);
      if (isClosed || own !== generation) return;
      // Between two generations it tells neither names nor addresses.
      if (group?.state === 'Stable') return watch(group.members);
      await sleep(LOOK_AGAIN_MS);
    }
  }

  function watch(members: readonly GroupMember[]): void {
    for (const [memberId, peer] of peers) {
      if (members.some((member) => member.memberId === memberId)) continue;
      peer.link.close();
      peers.delete(memberId);
    }
    for (const member of members) {
      const { memberId, peerAddress } = member;
      if (memberId === ownMemberId || peers.has(memberId) || peerAddress === undefined) continue;
      const link = watchPeer({
        memberId,
        peerAddress,
        onSuspect: (isSuspect) => suspect(memberId, isSuspect),
      });
      peers.set(memberId, { ...member, link, isSuspect: false, isWeighed: false });
    }
  }

  function suspect(memberId: string, isSuspect: boolean): void {
    const peer = peers.get(memberId);
    if (!peer) return;
    peer.isSuspect = isSuspect;
    if (!isSuspect || peer.isWeighed) return;
    peer.isWeighed = true;
    void takeOut(peer).finally(() => (peer.isWeighed = false));
  }

  async function takeOut(peer: Peer): Promise<void> {
    const isStillThere = () => !isClosed && peer.isSuspect && peers.get(peer.memberId) === peer;
    while (isStillThere()) {
      const delayMs = evictionDelayMs({
        ownMemberId,
        peers: [...peers.values()],
        isHealthy: isHealthy(),
        sinceLastMs: sinceEviction(peer.instanceId),
        sessionTimeoutMs,
      });
      await sleep(delayMs ?? LOOK_AGAIN_MS);
      if (delayMs === undefined || !isStillThere()) continue;
      await evict([peer], 'a peer is gone: taken out of the group');
      // A rebalance follows; only if the group has not heard us, this goes round again.
      await sleep(sessionTimeoutMs, undefined, { ref: false });
    }
  }

  function sinceEviction(name: string | undefined): number {
    return performance.now() - (evictedAtMs.get(name ?? '') ?? Number.NEGATIVE_INFINITY);
  }

  async function evict(members: readonly GroupMember[], message: string): Promise<void> {
    for (const member of members) evictedAtMs.set(member.instanceId ?? '', performance.now());
    const named = members.map((member) => ({ instance: member.instanceId, member: member.memberId }));
    try {
      await removeMembers(
        cluster,
        groupId,
        members.map((member) => member.memberId),
      );
      logger.warn({ group: groupId, members: named }, message);
    } catch (error) {
      logger.warn(
        { group: groupId, members: named, err: error },
        'a peer is gone, and the group did not hear us',
      );
    }
  }

  return {
    async evictPredecessor() {
      const group = await describeGroup(cluster, groupId).catch(() => undefined);
      // The client id is the instance id, and is told between two generations too.
      const namesakes =
        group?.members.filter((member) => (member.instanceId ?? member.clientId) === instanceId) ?? [];
      const gone = [];
      for (const { memberId, peerAddress, ...member } of namesakes) {
        if (peerAddress !== undefined && (await answersAs(memberId, peerAddress))) continue;
        gone.push({ ...member, memberId, peerAddress, instanceId });
      }
      if (gone.length > 0) await evict(gone, 'our predecessor is gone: taken out of the group');
    },
    joined(memberId) {
      ownMemberId = memberId;
      void look();
    },
    close() {
      isClosed = true;
      for (const { link } of peers.values()) link.close();
      peers.clear();
    },
  };
}
