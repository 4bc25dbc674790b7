import type { Request } from '../request.ts';

/**
 * LeaveGroup v3, to the group's coordinator. It needs no relation to the group: any connection may name any members. Unknown
 * ones are answered with 25, each by itself.
 */
export function leaveGroupRequest(
  groupId: string,
  memberIds: readonly string[],
): Request<{ errorCode: number; members: { memberId: string; errorCode: number }[] }> {
  return {
    apiKey: 13,
    apiVersion: 3,
    apiName: 'LeaveGroup',
    isFlexible: false,
    encode(writer) {
      writer.string(groupId).array(memberIds, (w, memberId) => {
        w.string(memberId).nullableString(null /* group instance id */);
      });
    },
    decode(reader) {
      reader.int32(); // throttle time
      const errorCode = reader.int16();
      const members = reader.array((r) => {
        const memberId = r.string();
        r.nullableString(); // group instance id
        return { memberId, errorCode: r.int16() };
      });
      return { errorCode, members };
    },
  };
}
