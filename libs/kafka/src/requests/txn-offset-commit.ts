import type { Request, TopicPartition } from '../request.ts';
import type { ProducerIdentity } from './init-producer-id.ts';

/**
 * TxnOffsetCommit v3 (TV1) or v5 (TV2). Sent with an empty member and generation -1: the group's membership is not checked, so
 * that a rebalance does not disturb a partition that stays. Fencing is the transactional id's.
 */
export function txnOffsetCommitRequest(
  options: ProducerIdentity & {
    apiVersion: 3 | 5;
    transactionalId: string;
    groupId: string;
    offset: TopicPartition & { offset: number };
  },
): Request<{ errorCode: number }> {
  const { topic, partition, offset } = options.offset;
  return {
    apiKey: 28,
    apiVersion: options.apiVersion,
    apiName: 'TxnOffsetCommit',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .compactString(options.groupId)
        .int64(options.producerId)
        .int16(options.producerEpoch)
        .int32(-1 /* generation */)
        .compactString('' /* member */)
        .compactString(null /* instance */)
        .compactArray([topic], (w) => {
          w.compactString(topic)
            .compactArray([partition], (inner) => {
              inner
                .int32(partition)
                .int64(offset)
                .int32(-1 /* leader epoch */)
                .compactString(null /* metadata */)
                .tags();
            })
            .tags();
        })
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      let errorCode = 0;
      reader.compactArray((r) => {
        r.compactString();
        r.compactArray((inner) => {
          inner.int32();
          errorCode = inner.int16();
          inner.tags();
        });
        r.tags();
      });
      return { errorCode };
    },
  };
}
