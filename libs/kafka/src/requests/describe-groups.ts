import type { Request } from '../request.ts';

export interface GroupDescription {
  errorCode: number;
  /** As Kafka names it: Stable, PreparingRebalance, CompletingRebalance, Empty; Dead: no such group. */
  state: string;
  members: {
    memberId: string;
    clientId: string;
    host: string;
    /** Empty unless the group is stable. */
    metadata: Uint8Array;
    assignment: Uint8Array;
  }[];
}

/** DescribeGroups v4 of one group, to its coordinator. Later versions call an unknown group an error instead of Dead. */
export function describeGroupsRequest(groupId: string): Request<GroupDescription | undefined> {
  return {
    apiKey: 15,
    apiVersion: 4,
    apiName: 'DescribeGroups',
    isFlexible: false,
    encode(writer) {
      writer
        .array([groupId], (w, id) => {
          w.string(id);
        })
        .boolean(false /* authorized operations */);
    },
    decode(reader) {
      reader.int32(); // throttle time
      const groups = reader.array((r) => {
        const errorCode = r.int16();
        r.string(); // group id
        const state = r.string();
        r.string(); // protocol type
        r.string(); // protocol
        const members = r.array((m) => {
          const memberId = m.string();
          m.nullableString(); // group instance id
          return {
            memberId,
            clientId: m.string(),
            host: m.string(),
            metadata: m.bytes(),
            assignment: m.bytes(),
          };
        });
        r.int32(); // authorized operations
        return { errorCode, state, members };
      });
      return groups[0];
    },
  };
}
