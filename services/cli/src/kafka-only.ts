import { type Cluster, connectCluster, KafkaError, type KafkaSettings, type Logger } from '@meanwhile/kafka';
import {
  commonSettings,
  createLog,
  type Environment,
  kafkaSettings,
  readSettings,
  secretCleaner,
  settings,
} from '@meanwhile/service';
import { z } from 'zod';

/** A broker that is just starting is waited for. */
const BROKER_WAIT_MS = 30_000;

const { HTTP_HOST: _host, HTTP_PORT: _port, INSTANCE_ID: _id, ...kafka } = commonSettings;

/** The settings that every command has, as a zod shape: how to reach Kafka, and what is logged to the terminal. */
export const kafkaOnly = {
  ...kafka,
  LOG_LEVEL: settings
    .choice(['debug', 'info', 'warn', 'error', 'silent'])
    .prefault('warn')
    .describe('least level that is logged'),
};

export type KafkaOnly = z.output<z.ZodObject<typeof kafkaOnly>>;

/** The topics and the group of one pipeline, named as the aggregator names them. */
export const pipelineSettings = {
  INPUT_TOPIC: settings.topic().prefault('prices').describe('topic of keyed numbers'),
  OUTPUT_TOPIC: settings
    .topic()
    .prefault('averages')
    .describe('topic of the averages; -late, -dead-letters, -journal follow'),
  GROUP_ID: settings.text().prefault('meanwhile').describe('consumer group of the aggregator'),
};

/** How a command reaches Kafka. `client` names it in the brokers' logs. */
export function connectionOf(
  values: KafkaOnly,
  client: string,
): { connection: KafkaSettings; logger: Logger } {
  return {
    connection: kafkaSettings({ ...values, HTTP_HOST: '', HTTP_PORT: 0 }, client),
    // To stderr: what a command prints may be read by a machine.
    logger: createLog({
      service: 'meanwhile',
      level: values.LOG_LEVEL,
      secrets: secretsOf(values),
      write: (line) => process.stderr.write(line),
    }),
  };
}

function secretsOf({ KAFKA_SASL_PASSWORD: password }: Partial<KafkaOnly>): string[] {
  return password === undefined ? [] : [password];
}

/** Takes the passwords of an environment out of a text: errors of brokers and libraries may quote them. */
export function cleanerFor(env: Environment): (text: string) => string {
  const { secrets } = readSettings({ schema: z.object(kafkaOnly), env, service: 'meanwhile' });
  return secretCleaner(secrets) ?? ((text) => text);
}

/**
 * Runs `use` on a cluster that is closed afterwards. A command that is run by hand or by a set-up step says it when nobody answers.
 * @throws Error naming the brokers when none answers for 30 s, KafkaError with its remedy when they refuse us
 */
export async function withCluster<T>(
  connection: KafkaSettings,
  logger: Logger,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(BROKER_WAIT_MS);
  const cluster = await connectCluster(connection, { logger, signal }).catch((cause: unknown) => {
    if (cause instanceof KafkaError && cause.remedy !== undefined) throw cause;
    const message = `no broker answers at ${connection.brokers.join(', ')}: tried for ${BROKER_WAIT_MS / 1_000} s`;
    throw new Error(signal.aborted ? message : `connecting to Kafka failed: ${String(cause)}`, { cause });
  });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}
