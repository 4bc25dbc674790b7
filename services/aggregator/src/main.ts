import { networkInterfaces } from 'node:os';
import { priceFactory } from '@meanwhile/averages';
import { topicNames } from '@meanwhile/records';
import { instanceId, kafkaSettings, runService, type ServiceContext, startHttp } from '@meanwhile/service';
import { PEER_PROTOCOL, type Stream, startStream } from '@meanwhile/stream';
import { aggregatorMetrics } from './aggregator-metrics.ts';
import { refusalLog } from './refusal-log.ts';
import { type AggregatorSettings, aggregatorRules, aggregatorSchema, resultSettings } from './settings.ts';

/** How often readiness is judged. */
const READY_CHECK_MS = 200;

runService({
  name: 'aggregator',
  help: 'Averages a topic of keyed numbers over windows, exactly once. Up to as many replicas as the input has partitions share the work.',
  schema: aggregatorSchema,
  rules: aggregatorRules,
  env: process.env,
  start,
});

async function start(context: ServiceContext<AggregatorSettings>): Promise<void> {
  const { settings, health } = context;
  const log = context.log();
  let stream: Stream | undefined;
  const metrics = aggregatorMetrics({
    health,
    inputPartitions: () => stream?.partitions,
    partitions: () => stream?.status() ?? [],
    windowNames: settings.WINDOWS.map(({ name }) => name),
    keysMax: settings.MAX_KEYS,
  });
  const refusals = refusalLog(log, settings.INPUT_TOPIC);
  context.onStop(() => refusals.flush());
  const http = await startHttp({
    host: settings.HTTP_HOST,
    port: settings.HTTP_PORT,
    log,
    health,
    metrics: metrics.registry,
    upgrades: { [PEER_PROTOCOL]: (peer) => (stream ? stream.greetPeer(peer) : peer.destroy()) },
  });
  context.onStop(() => http.close());
  health.setNotReady('connecting to Kafka');

  const id = instanceId(settings, http.port);
  const names = topicNames(settings.OUTPUT_TOPIC);
  stream = await startStream({
    kafka: kafkaSettings(settings, id),
    topics: {
      input: settings.INPUT_TOPIC,
      outputs: [names.averages, names.late, names.deadLetters],
      journal: names.journal,
    },
    groupId: settings.GROUP_ID,
    instanceId: id,
    peerAddress: settings.PEER_ADDRESS ?? `${ownAddress(settings.HTTP_HOST)}:${http.port}`,
    start: settings.START,
    commitIntervalMs: settings.COMMIT_INTERVAL,
    idleSkewMs: settings.IDLE_SKEW,
    sessionTimeoutMs: settings.SESSION_TIMEOUT,
    fastFailover: settings.FAST_FAILOVER,
    factory: priceFactory(resultSettings(settings), {
      topic: settings.INPUT_TOPIC,
      onSilenceContradicted: () => metrics.silenceContradicted(),
      onDeadLetter(record) {
        metrics.refused(record);
        refusals.note(record);
      },
      onNoAppendTime: once(() =>
        log.warn(
          { topic: settings.INPUT_TOPIC },
          'records without an append time: silence does not move the watermark',
        ),
      ),
    }),
    logger: log,
    signal: context.signal,
    onCommitted: (committed) => metrics.committed(committed),
    onCommitFailed: () => metrics.commitFailed(),
    onRestored: (restored) => metrics.restored(restored),
    onAssigned: () => metrics.assigned(),
    onTaskEnd: (end) => metrics.taskEnded(end),
    onFatal: (error) => context.fail(error),
  });
  context.onStop(() => stream.stop());
  watchReadiness(context, stream);
}

/** Ready: the group has given us our partitions and each of them is restored. */
function watchReadiness(context: ServiceContext<AggregatorSettings>, stream: Stream): void {
  const { health } = context;
  const timer = setInterval(() => {
    const partitions = stream.status();
    if (!partitions) return health.setNotReady('joining the group');
    const waiting = partitions.filter(({ state }) => state !== 'running').map(({ partition }) => partition);
    if (waiting.length === 0) health.setReady();
    else health.setNotReady(`restoring partitions ${waiting.join(', ')}`);
  }, READY_CHECK_MS);
  context.onStop(() => clearInterval(timer));
}

function once(say: () => void): () => void {
  let isSaid = false;
  return () => {
    if (!isSaid) say();
    isSaid = true;
  };
}

/** The address that is served on; for every interface the first one that other machines can reach. */
function ownAddress(httpHost: string): string {
  if (httpHost !== '0.0.0.0' && httpHost !== '::') return httpHost;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
