export { ANY_NODE, type Cluster, connectCluster } from './cluster.ts';
export {
  clientCode,
  type ErrorKind,
  errorCode,
  errorOf,
  FencedError,
  isRetriable,
  KafkaError,
  OffsetOutOfRangeError,
  StopError,
} from './errors.ts';
export type { KafkaSettings } from './kafka-settings.ts';
export type { Logger } from './logger.ts';
export type { Request, TopicPartition } from './request.ts';
