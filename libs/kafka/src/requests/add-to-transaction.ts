import { byTopic, type Request, type TopicPartition } from '../request.ts';
import type { ProducerIdentity } from './init-producer-id.ts';

/** AddPartitionsToTxn v3: the coordinator notes where markers have to be written. Answers per partition. */
export function addPartitionsRequest(
  options: ProducerIdentity & { transactionalId: string; partitions: TopicPartition[] },
): Request<(TopicPartition & { errorCode: number })[]> {
  return {
    apiKey: 24,
    apiVersion: 3,
    apiName: 'AddPartitionsToTxn',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .int64(options.producerId)
        .int16(options.producerEpoch)
        .compactArray(byTopic(options.partitions), (w, group) => {
          w.compactString(group.topic)
            .compactArray(group.partitions, (inner, p) => inner.int32(p.partition))
            .tags();
        })
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      const added: (TopicPartition & { errorCode: number })[] = [];
      reader.compactArray((r) => {
        const topic = r.compactString();
        r.compactArray((inner) => {
          added.push({ topic, partition: inner.int32(), errorCode: inner.int16() });
          inner.tags();
        });
        r.tags();
      });
      return added;
    },
  };
}

/** AddOffsetsToTxn v3: the same for the group's partition of the offsets topic. TV1 only. */
export function addOffsetsRequest(
  options: ProducerIdentity & { transactionalId: string; groupId: string },
): Request<{ errorCode: number }> {
  return {
    apiKey: 25,
    apiVersion: 3,
    apiName: 'AddOffsetsToTxn',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.transactionalId)
        .int64(options.producerId)
        .int16(options.producerEpoch)
        .compactString(options.groupId)
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      return { errorCode: reader.int16() };
    },
  };
}
