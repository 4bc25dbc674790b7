import { type Cluster, type Logger, startReader } from '@meanwhile/kafka';
import { topicNames } from '@meanwhile/records';
import { chooseWindow } from './choose-window.ts';
import { ExplainError } from './explain-error.ts';
import { explainWindow } from './explain-window.ts';
import type { Explanation } from './explanation.ts';
import { readJournalEnd } from './journal.ts';
import { AWAY_MS_MAX, READING_MS_MAX, RECORDS_LISTED, RECORDS_LISTED_MAX } from './limits.ts';
import { type LogLimits, partitionLog } from './partition-log.ts';
import { type PartitionedKey, partitionOf } from './partition-of.ts';

export interface ExplainQuery {
  symbol: string;
  /** Name of a window definition, such as `sliding-10s`; undefined: the one that has a window of that end. */
  window?: string | undefined;
  /** As published, ms since the epoch. */
  windowEndMs: number;
  /** Default: where the key's murmur2 hash puts it. */
  partition?: number | undefined;
  /** A revision that the asker has seen: it is looked for even behind those that the rules allow. */
  revision?: number | undefined;
}

export interface ExplainOptions {
  /** Of nobody else while this runs: reading waits for other reads on its connections. */
  cluster: Cluster;
  inputTopic: string;
  outputTopic: string;
  logger: Logger;
  /** Ends the reading; the promise rejects with its reason. */
  signal?: AbortSignal;
  limits?: LogLimits;
  /** How many records are listed at most. Default 1,000. */
  recordsListed?: number;
  /** Tells whether the symbol has results anywhere; default: asked of the newest results of the partition. */
  isKnownSymbol?: (symbol: string) => boolean;
}

/** One small fetch finds its place among millions: what it brings beyond a few records is thrown away. */
const LOOK_BYTES = 32 * 1024;

/**
 * What a published result is made of: the input records behind it, the same aggregates computed from them by their definitions, the
 * revisions before it, who missed it, and the transaction that published it. Reads committed records only and changes nothing.
 *
 * @throws ExplainError for what cannot be explained; KafkaError; the signal's reason
 */
export async function explain(query: ExplainQuery, o: ExplainOptions): Promise<Explanation> {
  const { cluster, logger } = o;
  const key = await partitionOf(cluster, o.inputTopic, query);
  const topics = { input: o.inputTopic, ...topicNames(o.outputTopic) };
  const patience = AbortSignal.timeout((o.limits?.readingMsMax ?? READING_MS_MAX) + AWAY_MS_MAX);
  const signal = o.signal === undefined ? patience : AbortSignal.any([o.signal, patience]);
  const reader = startReader(cluster, { logger });
  const looker = startReader(cluster, { logger, fetchBytesMax: LOOK_BYTES });
  try {
    const log = partitionLog({ cluster, reader, looker, partition: key.partition, signal }, o.limits);
    const journal = await readJournalEnd(log, topics.journal);
    if (journal === undefined) throw nothingAveraged(topics.journal, key);
    const search = { query, key, topics, journal };
    const chosen = await chooseWindow(log, search, o.isKnownSymbol);
    const recordsListed = Math.min(o.recordsListed ?? RECORDS_LISTED, RECORDS_LISTED_MAX);
    return await explainWindow(log, search, chosen, recordsListed);
  } catch (error) {
    if (!patience.aborted || error !== patience.reason) throw error;
    const found = `reading partition ${key.partition} took longer than limits and patience allow`;
    throw new ExplainError('timeout', `${found}, wanted a Kafka that answers`);
  } finally {
    await Promise.all([reader.close(), looker.close()]);
  }
}

function nothingAveraged(topic: string, { partition }: PartitionedKey): ExplainError {
  return new ExplainError(
    'nothing_averaged',
    `${topic}-${partition}: no journal, wanted that of an aggregator: nothing was averaged in this partition`,
  );
}
