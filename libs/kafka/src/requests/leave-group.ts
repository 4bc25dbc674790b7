import type { Request } from '../request.ts';

/** LeaveGroup v3, to the group's coordinator. Needs no relation to the group: any connection may name any members. Unknown ones: 25 per member. */
export function leaveGroupRequest(options: {
  groupId: string;
  memberIds: string[];
}): Request<{ errorCode: number; members: { memberId: string; errorCode: number }[] }> {
  return {
    apiKey: 13,
    apiVersion: 3,
    apiName: 'LeaveGroup',
    isFlexible: false,
    encode(writer) {
      writer.string(options.groupId).array(options.memberIds, (w, memberId) => {
        w.string(memberId).nullableString(null /* instance */);
      });
    },
    decode(reader) {
      reader.int32(); // throttle time
      const errorCode = reader.int16();
      const members = reader.array((r) => {
        const memberId = r.string();
        r.nullableString(); // instance
        return { memberId, errorCode: r.int16() };
      });
      return { errorCode, members };
    },
  };
}
