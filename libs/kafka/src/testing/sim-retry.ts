import { isRetriable, KafkaError } from '../errors.ts';
import { backoffMs, RETRY_LIMIT_MS } from '../retry.ts';
import type { SimProcess } from './sim-process.ts';

/** What `withRetry` does, on a simulated process's clock. */
export async function simRetry<T>(
  process: SimProcess,
  attempt: () => Promise<T>,
  options: { limitMs?: number; mayRepeat?: (error: KafkaError) => boolean } = {},
): Promise<T> {
  const mayRepeat = options.mayRepeat ?? isRetriable;
  const endMs = process.time.now() + (options.limitMs ?? RETRY_LIMIT_MS);
  for (let repeats = 1; ; repeats++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KafkaError) || !mayRepeat(error) || process.time.now() > endMs) throw error;
      await process.time.sleep(backoffMs(error.code, repeats));
    }
  }
}
