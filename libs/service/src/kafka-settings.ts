import { readFileSync } from 'node:fs';
import type { CommonSettings } from './common-settings.ts';

/** What libs/kafka connects with; the shape is that of kafkajs. */
export interface KafkaConnection {
  brokers: string[];
  clientId: string;
  ssl?: true | { ca?: string[]; cert?: string; key?: string };
  sasl?: Sasl<'plain'> | Sasl<'scram-sha-256'> | Sasl<'scram-sha-512'>;
}

interface Sasl<Mechanism extends string> {
  mechanism: Mechanism;
  username: string;
  password: string;
}

/** How to reach Kafka, from the KAFKA_* settings; reads the certificate files. */
export function kafkaSettings(common: CommonSettings, clientId: string): KafkaConnection {
  const connection: KafkaConnection = { brokers: common.KAFKA_BROKERS, clientId };
  const protocol = common.KAFKA_SECURITY_PROTOCOL;
  if (protocol === 'SSL' || protocol === 'SASL_SSL') connection.ssl = tlsOf(common);
  if (protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL') {
    connection.sasl = {
      mechanism: MECHANISMS[common.KAFKA_SASL_MECHANISM ?? 'PLAIN'],
      username: common.KAFKA_SASL_USERNAME!, // kafkaRules: set whenever the protocol is SASL
      password: common.KAFKA_SASL_PASSWORD!,
    } as NonNullable<KafkaConnection['sasl']>;
  }
  return connection;
}

const MECHANISMS = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;

function tlsOf(common: CommonSettings): NonNullable<KafkaConnection['ssl']> {
  const { KAFKA_SSL_CA_FILE: ca, KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key } = common;
  if (ca === undefined && cert === undefined) return true;
  return {
    ...(ca === undefined ? {} : { ca: [readFileSync(ca, 'utf8')] }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert, 'utf8') }),
    ...(key === undefined ? {} : { key: readFileSync(key, 'utf8') }),
  };
}
