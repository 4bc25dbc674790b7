import type { Request } from '../request.ts';
import type { Reader } from '../wire.ts';

export interface BrokerAddress {
  nodeId: number;
  host: string;
  port: number;
}

export interface TopicMetadata {
  errorCode: number;
  topic: string;
  topicId: string;
  /** By partition number. leader -1: none at the moment. */
  leaders: Map<number, number>;
}

export interface MetadataResult {
  brokers: BrokerAddress[];
  controllerId: number;
  topics: TopicMetadata[];
}

/** Metadata v12 (topic ids). Never creates a topic. No topics: only the brokers. An unknown topic is an error of its own entry. */
export function metadataRequest(topics: readonly string[]): Request<MetadataResult> {
  return {
    apiKey: 3,
    apiVersion: 12,
    apiName: 'Metadata',
    isFlexible: true,
    encode(writer) {
      writer
        .compactArray(topics, (w, topic) => {
          w.int64(0).int64(0 /* topic id: by name */).compactString(topic).tags();
        })
        .boolean(false /* create */)
        .boolean(false /* authorized operations */)
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      const brokers = reader.compactArray(brokerOf);
      reader.compactNullableString(); // cluster id
      const controllerId = reader.int32();
      const described = reader.compactArray(topicOf);
      return { brokers, controllerId, topics: described };
    },
  };
}

function brokerOf(reader: Reader): BrokerAddress {
  const nodeId = reader.int32();
  const host = reader.compactString();
  const port = reader.int32();
  reader.compactNullableString(); // rack
  reader.tags();
  return { nodeId, host, port };
}

function topicOf(reader: Reader): TopicMetadata {
  const errorCode = reader.int16();
  const topic = reader.compactString();
  const topicId = reader.uuid();
  reader.boolean(); // internal
  const leaders = new Map<number, number>();
  reader.compactArray((r) => {
    const errorCodeOfPartition = r.int16();
    const partition = r.int32();
    const leader = r.int32();
    r.int32(); // leader epoch
    r.compactArray((inner) => inner.int32()); // replicas
    r.compactArray((inner) => inner.int32()); // in sync
    r.compactArray((inner) => inner.int32()); // offline
    r.tags();
    // LEADER_NOT_AVAILABLE comes with leader -1; other codes (an offline listener) leave the partition unusable as well.
    leaders.set(partition, errorCodeOfPartition === 0 || errorCodeOfPartition === 9 ? leader : -1);
  });
  reader.int32(); // authorized operations
  reader.tags();
  return { errorCode, topic, topicId, leaders };
}
