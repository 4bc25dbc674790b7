import { randomInt } from 'node:crypto';
import { instanceId, kafkaSettings, runService, type ServiceContext, startHttp } from '@meanwhile/service';
import { countBadLines } from './bad-lines.ts';
import { openSource } from './open-source.ts';
import { pace, wallClock } from './pace.ts';
import { producerMetrics } from './producer-metrics.ts';
import { type Progress, startProgress } from './progress.ts';
import { openPublisher, type Publisher } from './publish.ts';
import { run } from './run.ts';
import { type ProducerSettings, producerRules, producerSchema } from './settings.ts';
import { watchDelivery } from './watch-delivery.ts';

/** Less than the 10 s that all stop functions have, so that the last line can say what was lost. */
const FLUSH_LIMIT_MS = 8_000;

runService({
  name: 'producer',
  help: 'Writes prices to a topic: simulated, walking at random, from a file or from stdin. Ends at the end of a finite source.',
  schema: producerSchema,
  rules: producerRules,
  env: process.env,
  start,
});

async function start(context: ServiceContext<ProducerSettings>): Promise<void> {
  const { settings, health, signal } = context;
  const log = context.log();
  const badLines = countBadLines(log);
  let publisher: Publisher | undefined;
  let progress: Progress | undefined;
  const delivery = watchDelivery({
    health,
    acknowledged: () => publisher?.acknowledged ?? 0,
    pending: () => publisher?.pending ?? 0,
  });
  context.onStop(() => delivery.stop());
  const metrics = producerMetrics(health, () => ({
    read: progress?.records ?? 0,
    acknowledged: publisher?.acknowledged ?? 0,
    pending: publisher?.pending ?? 0,
    badLines: badLines.count,
    retries: delivery.retries,
    lastAcknowledgedMs: delivery.lastAcknowledgedMs,
  }));
  const http = await startHttp({
    host: settings.HTTP_HOST,
    port: settings.HTTP_PORT,
    log,
    health,
    metrics,
  });
  context.onStop(() => http.close());

  const opened = await openPublisher({
    kafka: kafkaSettings(settings, instanceId(settings, http.port)),
    topic: settings.INPUT_TOPIC,
    log,
    health,
    signal,
    onRetry: (error) => delivery.onRetry(error),
  });
  publisher = opened;
  context.onStop(() => opened.disconnect());

  const seed = settings.SEED ?? randomInt(2 ** 31);
  log.info({ source: settings.SOURCE, topic: settings.INPUT_TOPIC, seed, address: http.address }, 'sending');
  const said = startProgress({ log, badLines: () => badLines.count, pending: () => opened.pending });
  progress = said;
  const prices = openSource({
    settings,
    seed,
    startMs: Date.now(),
    stdin: process.stdin,
    onBadLine: (lineNumber, reason) => badLines.add(lineNumber, reason),
    signal,
  });
  health.setReady();
  const running = run({
    prices: pace(prices, wallClock(signal), signal),
    publish: (price) => opened.publish(price),
    onBatch: (batch) => said.add(batch),
    signal,
  });
  context.onStop(async () => {
    await running.catch(() => {}); // said already, below
    said.stop();
    await flushWithin(opened, FLUSH_LIMIT_MS);
    said.summarize();
  });
  running
    .then(async (isAtEnd) => {
      if (!isAtEnd) return;
      await opened.flush();
      context.stop('the source is at its end');
    })
    .catch((error: unknown) => context.fail(error));
}

async function flushWithin(publisher: Publisher, limitMs: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const lost = `${publisher.pending} records are not acknowledged after ${limitMs} ms`;
    reject(new Error(`stopping without a full flush: ${lost}, wanted 0`));
  }, limitMs);
  try {
    await Promise.race([publisher.flush(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
