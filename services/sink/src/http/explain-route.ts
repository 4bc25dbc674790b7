import {
  ExplainError,
  type ExplainFault,
  type ExplainQuery,
  type Explanation,
  explain,
} from '@meanwhile/explain';
import { connectCluster, KafkaError, type KafkaSettings, type Logger, StopError } from '@meanwhile/kafka';
import { sendError } from '@meanwhile/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Store } from '../store/open-store.ts';
import type { queries } from './queries.ts';

export type ExplainRoute = (
  query: z.output<typeof queries.explain>,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

export interface ExplainRouteOptions {
  store: Store;
  /** Undefined while the sink starts. */
  connection: () => KafkaSettings | undefined;
  inputTopic: string;
  outputTopic: string;
  logger: Logger;
  /** Of the process: ends what is under way. */
  signal: AbortSignal;
  /** For one answer, waiting for Kafka included. Default 15,000. */
  answerMs?: number;
}

/** Each reads as fast as the broker gives: more at a time would take it from the live streams. */
export const EXPLANATIONS_MAX = 2;
/** Reading ends by itself after 10 s; a Kafka that is away has a little more. */
const ANSWER_MS = 15_000;
const RETRY_AFTER_S = 1;

const STATUS: Record<ExplainFault, number> = {
  bad_query: 400,
  several_windows: 400,
  unknown_symbol: 404,
  unknown_window: 404,
  no_window: 404,
  nothing_averaged: 404,
  input_gone: 410,
  search_cut: 503,
  timeout: 504,
};

/** Answers /explain, at most two at once, on connections of their own that end with the answer or when nobody waits for it. */
export function explainRoute(o: ExplainRouteOptions): ExplainRoute {
  let running = 0;

  return async (query, _request, reply) => {
    const connection = o.connection();
    if (connection === undefined) return refuse(reply, 'not_ready', 'Kafka is not connected yet');
    if (running >= EXPLANATIONS_MAX) {
      const message = `${running} explanations are under way, wanted fewer than ${EXPLANATIONS_MAX} before another`;
      return refuse(reply, 'busy', message);
    }
    const gone = new AbortController();
    const onClose = () => gone.abort();
    reply.raw.once('close', onClose);
    const late = AbortSignal.timeout(o.answerMs ?? ANSWER_MS);
    const signal = AbortSignal.any([gone.signal, o.signal, late]);
    running++;
    const answer = ask(o, connection, query, signal).finally(() => running--);
    try {
      return await unlessAborted(answer, signal);
    } catch (error) {
      if (error instanceof ExplainError) {
        return sendError(reply, STATUS[error.code], error.message, error.code);
      }
      if (late.aborted) return sendError(reply, 504, 'no answer from Kafka in time', 'timeout');
      if (signal.aborted) return sendError(reply, 503, 'the answer was ended', 'ended');
      if (!(error instanceof KafkaError || error instanceof StopError)) throw error;
      const { symbol, window, window_end } = query;
      o.logger.warn({ key: symbol, window, window_end, error: error.message }, 'explaining failed');
      // What waiting does not heal: a right that is missing, a batch that is damaged.
      if (error instanceof StopError || error.kind === 'stop') {
        return sendError(
          reply,
          502,
          `${error.message}${error.remedy ? `: ${error.remedy}` : ''}`,
          'kafka_refused',
        );
      }
      return refuse(reply, 'kafka_unavailable', error.message);
    } finally {
      reply.raw.off('close', onClose);
    }
  };
}

/** A Kafka that does not even refuse is waited for in the background: it counts as under way until its connection ends. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function ask(
  o: ExplainRouteOptions,
  connection: KafkaSettings,
  query: z.output<typeof queries.explain>,
  signal: AbortSignal,
): Promise<Explanation> {
  const { logger, inputTopic, outputTopic } = o;
  const settings = { ...connection, clientId: `${connection.clientId}-explain` };
  const cluster = await connectCluster(settings, { logger, signal });
  // Ends what waits for an answer; reading itself listens to the signal.
  const onAbort = () => void cluster.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await explain(locate(o.store, query), {
      cluster,
      inputTopic,
      outputTopic,
      logger,
      signal,
      recordsListed: query.limit,
      isKnownSymbol: (symbol) => o.store.symbols.names().includes(symbol),
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    await cluster.close();
  }
}

/** Our own row knows the partition, wherever its producer puts the key, and which revision there must be. */
function locate(
  store: Store,
  { symbol, window, window_end, partition }: z.output<typeof queries.explain>,
): ExplainQuery {
  const range = { fromMs: window_end, toMs: window_end, limit: 100, order: 'asc' } as const;
  const rows = store.reads.averages.select({ symbol, window, ...range });
  const row = partition === undefined ? rows[0] : rows.find((each) => each.partition === partition);
  return {
    symbol,
    window,
    windowEndMs: window_end,
    partition: row?.partition ?? partition,
    revision: row?.revision,
  };
}

function refuse(reply: FastifyReply, code: string, message: string): FastifyReply {
  return sendError(reply.header('retry-after', RETRY_AFTER_S), 503, message, code);
}
