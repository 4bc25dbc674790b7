import type { KafkaError } from './errors.ts';
import type { Logger } from './logger.ts';

const LOG_INTERVAL_MS = 10_000;

/** A broker that is away for an hour is a line every ten seconds, not one per attempt, and one when it is back. */
export function retryReporter(options: { topic: string; logger: Logger; onRetry?: (error: Error) => void }): {
  failed(error: KafkaError): void;
  succeeded(): void;
} {
  const { topic, logger, onRetry } = options;
  let failures = 0;
  let isReported = false;
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return {
    failed(error) {
      failures++;
      onRetry?.(error);
      if (performance.now() - loggedAtMs < LOG_INTERVAL_MS) return;
      loggedAtMs = performance.now();
      isReported = true;
      logger.warn({ topic, failures, error: error.message }, 'writing again: the records wait');
    },
    succeeded() {
      if (isReported) logger.info({ topic, failures }, 'writing goes on');
      isReported = false;
      failures = 0;
    },
  };
}
