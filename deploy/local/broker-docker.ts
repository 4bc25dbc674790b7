import { hostname } from 'node:os';
import type { Broker, BrokerRequest } from './broker.ts';
import { runCommand } from './broker-command.ts';
import { provideComposeBroker } from './broker-compose.ts';
import { isAlive } from './broker-leftovers.ts';
import { freePort, waitUntilServing } from './broker-probe.ts';
import { brokerSettings, kafkaVersion } from './broker-settings.ts';

const ownerLabel = 'meanwhile.test.owner'; // host name and process id
const image = `apache/kafka:${kafkaVersion}`;

/** `start`: the compose file's broker; `test`: a container of its own on a free port. */
export async function provideDockerBroker(request: BrokerRequest): Promise<Broker> {
  const engine = await runCommand('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeoutMs: 3000,
  });
  if (!engine.isOk) throw new Error(`the engine does not answer: ${engine.failure}`);
  await haveImage(request);
  return request.purpose === 'start' ? await provideComposeBroker(request) : await startContainer();
}

async function haveImage(request: BrokerRequest): Promise<void> {
  if (await isPresent(image)) return;
  request.log(`broker: pulling ${image}, once`);
  const pulled = await runCommand('docker', ['pull', '-q', image], { timeoutMs: 300_000 });
  if (!pulled.isOk) throw new Error(`${image} is neither present nor to be had: ${pulled.failure}`);
}

async function isPresent(name: string): Promise<boolean> {
  return (await runCommand('docker', ['image', 'inspect', name], { timeoutMs: 10_000 })).isOk;
}

async function startContainer(): Promise<Broker> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  await chooseReaper();
  await endLeftoverContainers();
  const runtime = await getContainerRuntimeClient();
  const host = runtime.info.containerRuntime.host;
  // The address goes into the broker's own settings, so the port is chosen before it starts.
  const port = await freePort();
  const brokers = `${host}:${port}`;
  const said: string[] = [];
  const container = await new GenericContainer(image)
    // Thrown away at the end. An image built from a read-only checkout holds configuration files that its
    // own start script may overwrite only as root.
    .withUser('root')
    .withLabels({ [ownerLabel]: `${hostname()} ${process.pid}` })
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      ...inEnvironment({ ...brokerSettings('test'), ...listeners(brokers) }),
      KAFKA_HEAP_OPTS: '-Xmx512m -Xms256m',
    })
    .withLogConsumer((stream) => {
      stream.on('data', (line: Buffer | string) => {
        said.push(String(line).trimEnd());
        if (said.length > 8) said.shift();
      });
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(90_000)
    .start()
    .catch((error: Error) => {
      throw new Error([`${image} did not start: ${error.message}; its log ends:`, ...said].join('\n'));
    });
  const stop = async () => {
    await container.stop();
  };
  try {
    await waitUntilServing(brokers, { timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { brokers, way: 'docker', describe: `${image} in a container of its own`, stop };
}

/** Without the reaper, the next run removes what a killed one left. */
async function endLeftoverContainers(): Promise<void> {
  const format = `{{.ID}} {{.Label "${ownerLabel}"}}`;
  const filter = `label=${ownerLabel}`;
  const listed = await runCommand('docker', ['ps', '-a', '--filter', filter, '--format', format], {
    timeoutMs: 10_000,
  });
  for (const line of listed.stdout.split('\n')) {
    const [id, host, pid] = line.trim().split(' ');
    if (!id || host !== hostname() || isAlive(Number(pid))) continue;
    await runCommand('docker', ['rm', '-f', '-v', id], { timeoutMs: 30_000 });
  }
}

/** The container talks to itself by INTERNAL: the advertised port exists only outside of it. */
function listeners(advertised: string): Record<string, string> {
  return {
    'controller.quorum.voters': '1@localhost:9093',
    listeners: 'PLAINTEXT://:9092,INTERNAL://:9094,CONTROLLER://:9093',
    'advertised.listeners': `PLAINTEXT://${advertised},INTERNAL://localhost:9094`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    'log.dirs': '/tmp/kafka-logs',
  };
}

/** `log.dirs` → `KAFKA_LOG_DIRS`, as the image reads them. */
function inEnvironment(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
}

/**
 * testcontainers ends containers of killed runs by one more container, which must not be what fails the
 * run on a machine without its image.
 */
async function chooseReaper(): Promise<void> {
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] !== undefined) return;
  if (!(await isPresent(process.env['RYUK_CONTAINER_IMAGE'] ?? 'testcontainers/ryuk:0.14.0'))) {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  }
}
