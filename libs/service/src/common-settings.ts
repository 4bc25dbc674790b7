import { hostname } from 'node:os';
import type { z } from 'zod';
import { type SettingMeta, settings } from './settings.ts';

/**
 * The settings that every service has, as a zod shape: `z.object({ ...commonSettings, HTTP_PORT: httpPort(8081), … })`.
 */
export const commonSettings = {
  KAFKA_BROKERS: brokers()
    .prefault('localhost:9092')
    .meta({ alias: 'KAFKA_BOOTSTRAP_SERVERS' } satisfies SettingMeta)
    .describe('brokers to start from (also KAFKA_BOOTSTRAP_SERVERS)'),
  KAFKA_SECURITY_PROTOCOL: settings
    .choice(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .prefault('PLAINTEXT')
    .describe('how the brokers are spoken to'),
  KAFKA_SASL_MECHANISM: settings
    .choice(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .optional()
    .describe('of SASL_PLAINTEXT and SASL_SSL (PLAIN unless set)'),
  KAFKA_SASL_USERNAME: settings.text().optional().describe('of SASL_PLAINTEXT and SASL_SSL'),
  KAFKA_SASL_PASSWORD: settings
    .secret()
    .optional()
    .describe('or the path of its file in KAFKA_SASL_PASSWORD_FILE'),
  KAFKA_SSL_CA_FILE: settings.readableFile().optional().describe("PEM: who signs the brokers' certificates"),
  KAFKA_SSL_CERT_FILE: settings.readableFile().optional().describe('PEM: our own certificate'),
  KAFKA_SSL_KEY_FILE: settings.readableFile().optional().describe('PEM: our own key'),
  LOG_LEVEL: settings
    .choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .describe('least level that is logged'),
  HTTP_HOST: settings
    .text()
    .prefault('127.0.0.1')
    .describe('address to serve health and metrics on; 0.0.0.0: every interface'),
  HTTP_PORT: httpPort(0),
  INSTANCE_ID: settings
    .text()
    .optional()
    .describe('name of this process among its replicas (host name and port unless set)'),
};

export type CommonSettings = z.output<z.ZodObject<typeof commonSettings>>;

/** The HTTP_PORT of a service, by its own default. */
export function httpPort(defaultPort: number) {
  return settings
    .port()
    .prefault(String(defaultPort))
    .describe('port of health, metrics and, in the sink, page and API; 0: any free one');
}

/** The name of this process: INSTANCE_ID, else host name and port. With HTTP_PORT=0 pass the port that was bound. */
export function instanceId(
  common: { INSTANCE_ID?: string | undefined; HTTP_PORT: number },
  boundPort?: number,
): string {
  return common.INSTANCE_ID ?? `${hostname()}:${boundPort ?? common.HTTP_PORT}`;
}

function brokers() {
  return settings.parsed(
    (text) => {
      const entries = text.split(',').map((entry) => entry.trim());
      if (entries.every(isHostAndPort)) return entries;
      throw new Error('a comma list of host:port');
    },
    { syntax: 'host:port,…' },
  );
}

function isHostAndPort(text: string): boolean {
  const match = /^[A-Za-z0-9._-]+:([0-9]{1,5})$/.exec(text);
  return match !== null && Number(match[1]) > 0 && Number(match[1]) <= 65_535;
}
