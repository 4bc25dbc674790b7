import { type Cluster, connectCluster, type KafkaSettings, type Logger, startReader } from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import { createMetrics, instanceId, kafkaSettings, type ServiceContext, startHttp } from '@meanwhile/service';
import { openHistory } from './history/open-history.ts';
import { apiRoutes } from './http/api-routes.ts';
import { compressAnswers } from './http/compress-answers.ts';
import { explainRoute } from './http/explain-route.ts';
import { pageRoutes } from './http/page-routes.ts';
import { protectServer } from './http/protect-server.ts';
import { createStatusReport } from './http/status-report.ts';
import { createStreamHub } from './http/stream-hub.ts';
import { followTopics } from './ingest/follow-topics.ts';
import { newIngestCounts } from './ingest/ingest-counts.ts';
import { JournalView } from './ingest/journal-view.ts';
import type { TopicReading } from './ingest/read-topics.ts';
import { RecentCommits } from './ingest/recent-commits.ts';
import { removeExpiredRows } from './remove-expired-rows.ts';
import { registerSinkMetrics } from './sink-metrics.ts';
import type { SinkSettings } from './sink-settings.ts';
import { openStore, type Store } from './store/open-store.ts';
import { startCheckpoints } from './store/start-checkpoints.ts';

/**
 * Brings the sink up: store, then HTTP (the page and what is stored answer while Kafka is away), then Kafka.
 * Stopping goes the other way round. Resolves when the topics are being read.
 */
export async function startSink(context: ServiceContext<SinkSettings>): Promise<{ address: string }> {
  const { settings, health, signal } = context;
  const logger = context.log();
  const topics = { input: settings.INPUT_TOPIC, ...topicNames(settings.OUTPUT_TOPIC) };
  let connection: KafkaSettings | undefined;
  let cluster: Cluster | undefined;
  let reading: TopicReading | undefined;

  const store = openStore(settings.DATABASE);
  context.onStop(() => store.close());
  sayFound(store, logger);
  context.onStop(startCheckpoints(settings.DATABASE, context.fail));
  const history = openHistory({ store, onError: context.fail });
  context.onStop(() => history.close());
  const counts = newIngestCounts();
  const journal = new JournalView(store);
  const recentCommits = new RecentCommits();
  const hub = createStreamHub({ store, history, settledRules: () => journal.settledRules });
  const metrics = createMetrics({ service: 'sink', health });
  const ingested = registerSinkMetrics(metrics, {
    counts,
    clients: () => hub.clients,
    reading: () => reading,
    database: settings.DATABASE,
  });
  context.onStop(
    removeExpiredRows({ store, retentionMs: settings.RETENTION, counts, onError: context.fail }),
  );

  const status = createStatusReport({
    store,
    journal,
    counts,
    recentCommits,
    groupId: settings.GROUP_ID,
    topics: { input: topics.input, averages: topics.averages, journal: topics.journal },
    readiness: () => ({ state: health.status, ...(health.reason !== '' && { reason: health.reason }) }),
    cluster: () => cluster,
    reading: () => reading,
    now: Date.now,
  });
  const explain = explainRoute({
    store,
    connection: () => connection,
    inputTopic: topics.input,
    outputTopic: settings.OUTPUT_TOPIC,
    logger,
    signal,
  });
  const http = await startHttp({
    host: settings.HTTP_HOST,
    port: settings.HTTP_PORT,
    log: logger,
    health,
    metrics,
    register(app) {
      const limits = protectServer(app);
      compressAnswers(app);
      apiRoutes(app, { store, journal, history, hub, limits, status, explain });
      pageRoutes(app);
    },
  });
  context.onStop(() => http.close());
  context.onStop(() => hub.stop());
  logger.info({ address: http.address, database: settings.DATABASE }, `listening on ${http.address}`);

  health.setNotReady('connecting to Kafka');
  const clientId = instanceId(settings, http.port);
  connection = kafkaSettings(settings, clientId);
  cluster = await connectCluster(connection, { logger, signal });
  const connected = cluster;
  context.onStop(() => connected.close());

  // A cluster's fetches share one connection per broker with nobody else here: one reader.
  const reader = startReader(cluster, { logger, isolation: 'read_committed' });
  context.onStop(() => reader.close());
  reading = await followTopics({
    cluster,
    reader,
    topics: [
      // The journal first: its watermark and grace tell which rows are settled.
      { name: topics.journal, holds: 'journal' },
      { name: topics.averages, holds: 'averages' },
    ],
    store,
    journal,
    counts,
    logger,
    signal,
    onRows: (rows) => hub.publish(rows),
    // What was written while the sink was away is not how fast the pipeline is now.
    onCommit: (entry) => health.status === 'ready' && recentCommits.note(entry, Date.now()),
    onStored: (stored) => ingested.stored(stored),
    onState(reason) {
      hub.noticeReset();
      if (reason !== undefined) return health.setNotReady(reason);
      logger.info({ rows: counts.upserted }, 'caught up: ready');
      health.setReady();
    },
    onError: context.fail,
  });
  const started = reading;
  context.onStop(() => started.stop());
  return { address: http.address };
}

/** An upgrade may cost a long start: say why. */
function sayFound({ found, path }: Store, logger: Logger): void {
  const details = { database: path };
  if (found === 'migrated')
    logger.info(details, 'the database is of an older version: brought up to this one');
  if (found === 'replaced') {
    logger.warn(
      details,
      'the database is of another version: dropped, all of it is read again from the topics',
    );
  }
}
