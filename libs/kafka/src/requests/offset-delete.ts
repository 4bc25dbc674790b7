import type { Request, TopicPartition } from '../request.ts';

/** OffsetDelete v0 of one partition, to the group's coordinator. Refused while a member of the group subscribes to the topic. */
export function offsetDeleteRequest(
  options: TopicPartition & { groupId: string },
): Request<{ errorCode: number }> {
  return {
    apiKey: 47,
    apiVersion: 0,
    apiName: 'OffsetDelete',
    isFlexible: false,
    encode(writer) {
      writer.string(options.groupId).array([options.topic], (w, topic) => {
        w.string(topic).array([options.partition], (inner, partition) => inner.int32(partition));
      });
    },
    decode(reader) {
      const groupError = reader.int16();
      reader.int32(); // throttle time
      let partitionError = 0;
      reader.array((r) => {
        r.string();
        r.array((inner) => {
          inner.int32();
          partitionError = inner.int16();
        });
      });
      return { errorCode: groupError === 0 ? partitionError : groupError };
    },
  };
}
