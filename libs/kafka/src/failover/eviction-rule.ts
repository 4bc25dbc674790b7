/** Those who do not go first wait this long: by then the first has done it, or is gone too. */
const SECOND_DELAY_MS = 200;
/** From so many other members on, half of them gone at once says more about us than about them. */
const QUORUM_PEERS_MIN = 3;

export interface EvictionCase {
  ownMemberId: string;
  /** All other members of the group. */
  peers: readonly { memberId: string; isSuspect: boolean }[];
  /** The group answered our last heartbeat: we are not the one who is cut off. */
  isHealthy: boolean;
  /** Since we last took a member with this instance id out; Infinity: never. */
  sinceLastMs: number;
  sessionTimeoutMs: number;
}

/**
 * How long to wait before taking a suspect out of the group, in ms; undefined: not now. A wrong one costs its victim a rejoin and
 * never data, so the rule only has to keep replicas from throwing each other out in circles.
 */
export function evictionDelayMs(o: EvictionCase): number | undefined {
  const suspects = o.peers.filter((peer) => peer.isSuspect);
  if (!o.isHealthy) return undefined;
  if (o.peers.length >= QUORUM_PEERS_MIN && suspects.length * 2 >= o.peers.length) return undefined;
  // Two replicas of one name would take each other out for ever.
  if (o.sinceLastMs < o.sessionTimeoutMs) return undefined;
  const live = [o.ownMemberId, ...o.peers.filter((peer) => !peer.isSuspect).map((peer) => peer.memberId)];
  const isFirst = live.every((memberId) => o.ownMemberId <= memberId);
  return isFirst ? 0 : SECOND_DELAY_MS;
}
