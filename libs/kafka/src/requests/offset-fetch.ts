import type { Request, TopicPartition } from '../request.ts';

/** OffsetFetch v7 of one partition. requireStable (default): UNSTABLE_OFFSET_COMMIT while a transaction with an offset for it is open. */
export function offsetFetchRequest(
  options: TopicPartition & { groupId: string; requireStable?: boolean },
): Request<{ errorCode: number; offset: number }> {
  return {
    apiKey: 9,
    apiVersion: 7,
    apiName: 'OffsetFetch',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.groupId)
        .compactArray([options.topic], (w, topic) => {
          w.compactString(topic)
            .compactArray([options.partition], (inner, partition) => inner.int32(partition))
            .tags();
        })
        .boolean(options.requireStable ?? true)
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      let offset = -1;
      let partitionError = 0;
      reader.compactArray((r) => {
        r.compactString();
        r.compactArray((inner) => {
          inner.int32();
          offset = inner.int64();
          inner.int32(); // leader epoch
          inner.compactNullableString(); // metadata
          partitionError = inner.int16();
          inner.tags();
        });
        r.tags();
      });
      const groupError = reader.int16();
      return { errorCode: groupError === 0 ? partitionError : groupError, offset };
    },
  };
}
