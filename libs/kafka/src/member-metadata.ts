import { Reader, Writer } from './wire.ts';

/** What a member tells the group about itself, as JSON in its subscription's user data. */
export interface MemberMetadata {
  instanceId: string;
  /** `host:port` under which other members reach it. */
  peerAddress: string;
  /** The partitions that it holds: the next assignment leaves them where they are if it can. */
  owned: readonly number[];
}

/** A ConsumerProtocolSubscription of version 0 (ConsumerProtocolSubscription.json in Kafka). */
export function encodeSubscription(topics: readonly string[], metadata: MemberMetadata): Buffer {
  const userData = Buffer.from(JSON.stringify(metadata));
  const writer = new Writer();
  writer.int16(0).array(topics, (w, topic) => {
    w.string(topic);
  });
  writer.int32(userData.length);
  return Buffer.concat([writer.written, userData]);
}

/** Undefined for a member of another kind, or while the group is between two generations. */
export function decodeSubscription(bytes: Uint8Array): MemberMetadata | undefined {
  try {
    const reader = new Reader(bytes);
    reader.int16(); // version; later ones only append
    reader.array((r) => r.string()); // topics
    const { instanceId, peerAddress, owned } = JSON.parse(Buffer.from(reader.bytes()).toString());
    if (typeof instanceId !== 'string' || typeof peerAddress !== 'string') return undefined;
    return { instanceId, peerAddress, owned: Array.isArray(owned) ? owned : [] };
  } catch {
    return undefined; // whatever others put there is not ours to judge
  }
}

/** A ConsumerProtocolAssignment of version 0. */
export function encodeAssignment(topic: string, partitions: readonly number[]): Buffer {
  const writer = new Writer();
  writer.int16(0).array([topic], (w) => {
    w.string(topic).array(partitions, (inner, partition) => {
      inner.int32(partition);
    });
  });
  writer.int32(0); // no user data
  return Buffer.from(writer.written);
}

/** The partitions of an assignment, ascending; none for a member that has no assignment yet. */
export function decodeAssignment(bytes: Uint8Array): number[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  reader.int16(); // version
  const topics = reader.array((r) => {
    r.string();
    return r.array((inner) => inner.int32());
  });
  return topics.flat().sort((a, b) => a - b);
}
