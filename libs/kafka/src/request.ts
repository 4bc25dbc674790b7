import type { Reader, Writer } from './wire.ts';

/** One protocol request with one version: how its body is written and its answer read. */
export interface Request<T> {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  /** Request header 2 and response header 1: an empty tag section in front of both bodies. */
  isFlexible: boolean;
  /** The broker may hold the answer back this long (long poll, timeout of the operation); added to the time limit. */
  waitMs?: number;
  encode(writer: Writer): void;
  /** The answer; error codes inside are the caller's to judge. */
  decode(reader: Reader): T;
}

/** A partition of a topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/** The protocol nests partitions under topics; callers hand over flat lists. Order of first appearance is kept. */
export function byTopic<P extends TopicPartition>(
  partitions: readonly P[],
): { topic: string; partitions: P[] }[] {
  const groups = new Map<string, P[]>();
  for (const partition of partitions) {
    const group = groups.get(partition.topic);
    if (group === undefined) groups.set(partition.topic, [partition]);
    else group.push(partition);
  }
  return [...groups].map(([topic, members]) => ({ topic, partitions: members }));
}
