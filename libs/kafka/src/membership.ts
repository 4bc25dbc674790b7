import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { clientCode, KafkaError } from './errors.ts';
import { startFailover } from './failover/failover.ts';
import { PeerGreeter } from './failover/peer-greeter.ts';
import { removeMembers } from './group.ts';
import { type Stay, startStay } from './group-stay.ts';
import { Heartbeats } from './heartbeats.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Logger } from './logger.ts';
import { refusalIn } from './membership-errors.ts';
import { pause } from './pause.ts';

const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 5_000;
/** A group that does not answer is left all the same; it then notices by the session's time-out. */
const LEAVE_MS_MAX = 2_000;
/** Several heartbeats without a good answer: we may be the one that is cut off. */
const HEALTHY_MS = 1_000;

export interface MembershipOptions {
  groupId: string;
  /** The one topic whose partitions are shared out; it must exist. */
  topic: string;
  /** What the placement goes by; the same name gets the same partitions back after a restart. */
  instanceId: string;
  /** `host:port` under which other members reach this one. */
  peerAddress: string;
  sessionTimeoutMs: number;
  /** Take members whose process is gone out of the group at once, instead of waiting for their session to end. */
  fastFailover: boolean;
  /** For questions about the group. Not the connections that join: there everything waits behind a join. */
  cluster: Cluster;
  logger: Logger;
  /** After each join, with all partitions that are ours now, ascending. */
  onAssignment: (partitions: number[]) => void;
  /** The group will not have us, whatever we do. */
  onFatal: (error: Error) => void;
}

export interface Membership {
  /** Empty before the first join. */
  readonly memberId: string;
  /** As of the last join. Others may have some of them already: fencing decides. */
  readonly partitions: readonly number[];
  /** Our partitions, after a heartbeat that was sent after this call was answered without error. Rejects when `signal` aborts or we leave. */
  confirm(signal?: AbortSignal): Promise<readonly number[]>;
  /** Takes the connection of a peer that watches us: its HTTP upgrade to `PEER_PROTOCOL` is done. */
  greet(peer: Duplex): void;
  /** Within 2 s, whether the group hears it or not. */
  leave(): Promise<void>;
}

/**
 * Membership in a consumer group and nothing else. Returns at once: a group that is away is waited for, and a membership that was
 * lost is taken up again. Partitions stay as they were until a new assignment says otherwise.
 */
export function joinGroup(settings: KafkaSettings, options: MembershipOptions): Membership {
  const { groupId, cluster, logger } = options;
  const left = new AbortController();
  const heartbeats = new Heartbeats();
  const greeter = new PeerGreeter();
  const isHealthy = () => heartbeats.sinceLastMs < HEALTHY_MS || (stay?.isRebalancing ?? false);
  const failover = options.fastFailover ? startFailover({ ...options, isHealthy }) : undefined;
  let stay: Stay | undefined;
  let memberId = '';
  let partitions: readonly number[] = [];

  async function remain(): Promise<void> {
    await failover?.evictPredecessor();
    let backOffMs = REJOIN_MS_MIN;
    while (!left.signal.aborted) {
      stay = startStay(settings, options, () => partitions, {
        onJoin: (joined) => {
          backOffMs = REJOIN_MS_MIN;
          ({ memberId, partitions } = joined);
          greeter.become(memberId);
          failover?.joined(memberId);
          if (!left.signal.aborted) options.onAssignment(joined.partitions);
        },
        onHeartbeat: () => heartbeats.count(),
      });
      const error = await stay.ended;
      if (left.signal.aborted) return;
      const refusal = refusalIn(error, groupId) ?? (await hiddenRefusal(error));
      if (refusal !== undefined) throw refusal;
      logger.warn({ group: groupId, err: error }, 'not a member of the group, joining again');
      await leaveBehind();
      await pause(backOffMs, left.signal);
      backOffMs = Math.min(backOffMs * 2, REJOIN_MS_MAX);
    }
  }

  /** Without the right to know of the group kafkajs merely finds no coordinator. */
  async function hiddenRefusal({ name }: Error): Promise<KafkaError | undefined> {
    if (name !== 'KafkaJSGroupCoordinatorNotFound') return undefined;
    try {
      await cluster.coordinator('group', groupId, { isFresh: true });
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'stop') return error;
    }
    return undefined;
  }

  /** As another member we would have to wait until the session of the one that we were is over. */
  async function leaveBehind(): Promise<void> {
    if (memberId === '') return;
    const tooLate = sleep(LEAVE_MS_MAX, undefined, { ref: false });
    await Promise.race([removeMembers(cluster, groupId, [memberId]).catch(() => {}), tooLate]);
  }

  void remain().catch((error: Error) => {
    if (!left.signal.aborted) options.onFatal(error);
  });

  return {
    get memberId() {
      return memberId;
    },
    get partitions() {
      return partitions;
    },
    async confirm(signal) {
      await heartbeats.sentFromNow(signal ? AbortSignal.any([signal, left.signal]) : left.signal);
      return partitions;
    },
    greet: (peer) => greeter.greet(peer),
    async leave() {
      left.abort(new KafkaError(`membership in ${groupId}`, clientCode.closed));
      failover?.close();
      greeter.goodbye();
      const tooLate = sleep(LEAVE_MS_MAX, undefined, { ref: false });
      await Promise.race([stay?.leave(), tooLate]);
    },
  };
}
