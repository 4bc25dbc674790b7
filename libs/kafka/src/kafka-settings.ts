import type { KafkaConfig } from 'kafkajs';

/** How to reach a Kafka cluster. `ssl` and `sasl` have kafkajs's own shape. */
export interface KafkaSettings {
  /** "host:port", any of the cluster's brokers; the others are learned. */
  brokers: string[];
  clientId: string;
  ssl?: NonNullable<KafkaConfig['ssl']>;
  sasl?: NonNullable<KafkaConfig['sasl']>;
}
