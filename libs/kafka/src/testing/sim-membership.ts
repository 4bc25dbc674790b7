import { clientCode, KafkaError } from '../errors.ts';
import type { Membership, MembershipOptions } from '../membership.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { JoinedGroup } from './sim-group.ts';
import type { SimProcess } from './sim-process.ts';

export interface SimMembershipOptions
  extends Pick<
    MembershipOptions,
    'groupId' | 'topic' | 'instanceId' | 'sessionTimeoutMs' | 'onAssignment' | 'onFatal'
  > {
  /** Default 180, as in libs/kafka. */
  heartbeatMs?: number;
}

const REJOIN_MS = 200;
const LEAVE_MS_MAX = 2_000;
const UNKNOWN_MEMBER_ID = 25;

/** `joinGroup` on a simulated cluster: partitions stay as they were until a new assignment says otherwise. */
export function joinSimGroup(
  cluster: SimCluster,
  process: SimProcess,
  options: SimMembershipOptions,
): Omit<Membership, 'greet'> {
  const { groupId, topic, instanceId, sessionTimeoutMs, heartbeatMs = 180 } = options;
  const { network } = cluster;
  const left = new AbortController();
  let joined: JoinedGroup = { memberId: '', generation: -1, partitions: [] };
  let waiters: { sentFrom: number; resolve(): void }[] = [];
  let sent = 0;

  const ask = <T>(api: string, carryOut: () => T | Promise<T>) =>
    network.call(process, api, joined.memberId, carryOut);

  async function remain(): Promise<void> {
    while (!left.signal.aborted) {
      try {
        const { memberId, partitions: owned } = joined;
        const partitions = cluster.partitionCount(topic);
        joined = await ask('JoinGroup', () =>
          cluster.group(groupId).join({ memberId, instanceId, owned, sessionTimeoutMs, partitions }),
        );
        if (left.signal.aborted) return;
        options.onAssignment(joined.partitions);
        await keepAlive();
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        if (error.code === UNKNOWN_MEMBER_ID) joined = { ...joined, memberId: '' };
        await process.time.sleep(REJOIN_MS, left.signal);
      }
    }
  }

  /** Until the group wants another join: that is an error like any other. */
  async function keepAlive(): Promise<void> {
    let failures = 0;
    for (;;) {
      await process.time.sleep(heartbeatMs, left.signal);
      if (left.signal.aborted) return;
      const number = ++sent;
      const { memberId, generation } = joined;
      try {
        await ask('Heartbeat', () => cluster.group(groupId).heartbeat(memberId, generation));
        failures = 0;
        for (const waiter of waiters) if (waiter.sentFrom <= number) waiter.resolve();
        waiters = waiters.filter(({ sentFrom }) => sentFrom > number);
      } catch (error) {
        if (!(error instanceof KafkaError) || error.kind !== 'retry' || ++failures > 5) throw error;
      }
    }
  }

  const remaining = remain().catch(options.onFatal);
  return {
    get memberId() {
      return joined.memberId;
    },
    get partitions() {
      return joined.partitions;
    },
    async confirm(signal) {
      const ends = signal ? [signal, left.signal] : [left.signal];
      await new Promise<void>((resolve, reject) => {
        for (const end of ends) {
          if (end.aborted) reject(end.reason);
          end.addEventListener('abort', () => reject(end.reason), { once: true });
        }
        waiters.push({ sentFrom: sent + 1, resolve });
      });
      return joined.partitions;
    },
    async leave() {
      const { memberId } = joined;
      left.abort(new KafkaError(`membership in ${groupId}`, clientCode.closed));
      const tooLate = process.time.sleep(LEAVE_MS_MAX);
      const told = ask('LeaveGroup', () => cluster.group(groupId).remove([memberId])).catch(() => {});
      await Promise.race([Promise.all([told, remaining]), tooLate]);
    },
  };
}
