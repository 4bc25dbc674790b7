import type { SettingsRule } from './load-settings.ts';

interface KafkaSecurity {
  KAFKA_SECURITY_PROTOCOL?: string;
  KAFKA_SASL_MECHANISM?: string | undefined;
  KAFKA_SASL_USERNAME?: string | undefined;
  KAFKA_SASL_PASSWORD?: string | undefined;
  KAFKA_SSL_CA_FILE?: string | undefined;
  KAFKA_SSL_CERT_FILE?: string | undefined;
  KAFKA_SSL_KEY_FILE?: string | undefined;
}

const SASL_NAMES = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const SSL_NAMES = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'] as const;

/** What the KAFKA_* settings must be together. Credentials that would silently not be used are a fault. */
export const kafkaRules: SettingsRule<KafkaSecurity> = (values, fault) => {
  const protocol = values.KAFKA_SECURITY_PROTOCOL;
  if (protocol === undefined) return; // a service without Kafka, or a fault said already
  const isSasl = protocol.startsWith('SASL');
  const isSsl = protocol.endsWith('SSL');
  if (isSasl) {
    for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      // `in`: a setting that is itself at fault is absent, and said already
      if (name in values && values[name] === undefined) {
        fault('KAFKA_SECURITY_PROTOCOL', `needs ${name} to be set`);
      }
    }
  } else {
    for (const name of SASL_NAMES) {
      if (values[name] !== undefined)
        fault(name, 'KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT or SASL_SSL to go with it');
    }
  }
  if (!isSsl) {
    for (const name of SSL_NAMES) {
      if (values[name] !== undefined) fault(name, 'KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL to go with it');
    }
    return;
  }
  const { KAFKA_SSL_CERT_FILE: certificate, KAFKA_SSL_KEY_FILE: key } = values;
  if (!('KAFKA_SSL_CERT_FILE' in values && 'KAFKA_SSL_KEY_FILE' in values)) return;
  if (certificate !== undefined && key === undefined)
    fault('KAFKA_SSL_CERT_FILE', 'needs KAFKA_SSL_KEY_FILE too');
  if (key !== undefined && certificate === undefined)
    fault('KAFKA_SSL_KEY_FILE', 'needs KAFKA_SSL_CERT_FILE too');
};
