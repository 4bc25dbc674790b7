import { provideDockerBroker } from './broker-docker.ts';
import { provideLocalBroker } from './broker-local.ts';
import { isReachable } from './broker-probe.ts';

/** `start`: kept between runs, what `npm start` shows; `test`: fresh, fast, gone afterwards. */
export type BrokerPurpose = 'start' | 'test';

export interface BrokerRequest {
  purpose: BrokerPurpose;
  /** Takes one line of progress: some steps take a minute the first time. */
  log: (line: string) => void;
  env: Record<string, string | undefined>;
}

export interface Broker {
  /** `host:port`, comma-separated, as KAFKA_BROKERS takes it. */
  brokers: string;
  way: 'given' | 'docker' | 'local';
  /** One phrase for people: what runs, where it keeps its records. */
  describe: string;
  /** Ends what was started for us; a broker that was there before stays. May be called twice. */
  stop(): Promise<void>;
}

/**
 * A real Kafka, by the first way that works on this machine: `KAFKA_BROKERS`, Docker, Apache Kafka on the
 * machine's own Java. `MEANWHILE_BROKER=docker|local` forces a way.
 *
 * @throws Error naming each way tried and why it failed here.
 */
export async function provideBroker(request: BrokerRequest): Promise<Broker> {
  const { env } = request;
  const forced = env['MEANWHILE_BROKER'];
  if (forced !== undefined && forced !== '' && forced !== 'docker' && forced !== 'local') {
    throw new Error(`MEANWHILE_BROKER: ${forced}, wanted docker or local`);
  }
  const given = env['KAFKA_BROKERS'] || env['KAFKA_BOOTSTRAP_SERVERS'];
  if (given && !forced) return await useGiven(given);

  const failures: string[] = [];
  for (const [way, provide] of Object.entries(ways)) {
    if (forced && forced !== way) continue;
    try {
      return await provide(request);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`  ${way}: ${reason}`);
      if (!forced && way === 'docker') request.log(`broker: not by Docker: ${firstLine(reason)}`);
    }
  }
  throw new Error(
    [
      'no Kafka broker can be had:',
      `  KAFKA_BROKERS: ${forced ? `not looked at, MEANWHILE_BROKER=${forced}` : 'not set'}`,
      ...failures,
      'One of them is wanted: KAFKA_BROKERS=host:port of a running broker, or a Docker engine, or Java 17+ and mvn.',
    ].join('\n'),
  );
}

const ways = { docker: provideDockerBroker, local: provideLocalBroker };

/** A broker somebody names is the one that is meant: unreachable is an error, not a reason for another. */
async function useGiven(brokers: string): Promise<Broker> {
  const addresses = brokers.split(',').map((address) => address.trim());
  const answers = await Promise.all(addresses.map(isReachable));
  if (!answers.includes(true)) {
    throw new Error(
      `KAFKA_BROKERS: none of ${brokers} accepts a connection, wanted a running broker (unset: one is started here)`,
    );
  }
  return { brokers, way: 'given', describe: `Kafka at ${brokers} (KAFKA_BROKERS)`, stop: async () => {} };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
