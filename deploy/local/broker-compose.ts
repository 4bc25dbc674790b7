import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Broker, BrokerRequest } from './broker.ts';
import { runCommand } from './broker-command.ts';
import { waitUntilServing } from './broker-probe.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The broker of the project's compose file, so that `npm start` and `docker compose up` share records. */
export async function provideComposeBroker(request: BrokerRequest): Promise<Broker> {
  if (!existsSync(join(root, 'docker-compose.yml'))) throw new Error('docker-compose.yml is missing');
  const version = await compose(['version'], 10_000);
  if (!version.isOk) throw new Error(`docker compose is not there: ${version.failure}`);

  const address = `localhost:${request.env['KAFKA_PORT'] || '9092'}`; // the compose file's listener for this machine
  const wasRunning =
    (await compose(['ps', '-q', '--status', 'running', 'kafka'], 20_000)).stdout.trim() !== '';
  if (!wasRunning) request.log('broker: docker compose up kafka');
  const up = await compose(['up', '-d', '--wait', '--no-deps', 'kafka'], 180_000);
  const stop = async () => {
    // One that somebody else brought up is theirs to stop.
    if (!wasRunning) await compose(['stop', 'kafka'], 60_000);
  };
  try {
    if (!up.isOk) {
      const said = await compose(['logs', '--no-log-prefix', '--tail', '1', 'kafka'], 20_000);
      throw new Error([up.failure, said.stdout.trim()].filter(Boolean).join('; its log ends: '));
    }
    await waitUntilServing(address, { timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: address,
    way: 'docker',
    describe: 'Apache Kafka of docker-compose.yml, records in its volume',
    stop,
  };
}

function compose(args: string[], timeoutMs: number) {
  return runCommand('docker', ['compose', ...args], { timeoutMs, cwd: root });
}
