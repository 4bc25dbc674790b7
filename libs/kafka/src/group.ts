import type { Cluster } from './cluster.ts';
import { errorCode, errorOf } from './errors.ts';
import { decodeAssignment, decodeSubscription } from './member-metadata.ts';
import { describeGroupsRequest } from './requests/describe-groups.ts';
import { leaveGroupRequest } from './requests/leave-group.ts';
import { withRetry } from './retry.ts';

export interface GroupMember {
  memberId: string;
  clientId: string;
  host: string;
  /** Undefined during a rebalance, or when the member is of another kind. */
  instanceId: string | undefined;
  peerAddress: string | undefined;
  partitions: number[];
}

export interface Group {
  /** As Kafka names it: Stable, PreparingRebalance, CompletingRebalance, Empty; Dead: no such group. */
  state: string;
  members: GroupMember[];
}

/** The group as its coordinator knows it. A coordinator that moves is waited for; throws KafkaError. */
export async function describeGroup(cluster: Cluster, groupId: string): Promise<Group> {
  return withRetry(cluster, async (lookup) => {
    const coordinator = await cluster.coordinator('group', groupId, lookup);
    const group = await cluster.call(coordinator, describeGroupsRequest(groupId));
    const code = group?.errorCode ?? errorCode.coordinatorNotAvailable;
    if (group === undefined || code !== errorCode.none) throw errorOf(`DescribeGroups of ${groupId}`, code);
    const members = group.members.map(({ memberId, clientId, host, metadata, assignment }) => {
      const told = decodeSubscription(metadata);
      return {
        memberId,
        clientId,
        host,
        instanceId: told?.instanceId,
        peerAddress: told?.peerAddress,
        partitions: decodeAssignment(assignment),
      };
    });
    return { state: group.state, members };
  });
}

/** Takes members out of the group, whoever they are; those it does not know are no error. Throws KafkaError. */
export async function removeMembers(
  cluster: Cluster,
  groupId: string,
  memberIds: readonly string[],
): Promise<void> {
  await withRetry(cluster, async (lookup) => {
    const coordinator = await cluster.coordinator('group', groupId, lookup);
    const { errorCode: code } = await cluster.call(coordinator, leaveGroupRequest(groupId, memberIds));
    if (code !== errorCode.none) throw errorOf(`LeaveGroup of ${groupId}`, code);
  });
}
