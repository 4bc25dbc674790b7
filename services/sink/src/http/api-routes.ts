import { sendError } from '@meanwhile/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { HistoryAnswer } from '../history/answer-history.ts';
import { type History, HistoryBusyError } from '../history/open-history.ts';
import { isSettled } from '../history/settled.ts';
import type { JournalView } from '../ingest/journal-view.ts';
import type { Store } from '../store/open-store.ts';
import type { AddressLimits } from './address-limits.ts';
import { prefersCsv } from './average-csv.ts';
import { answeredAverage } from './average-json.ts';
import type { ExplainRoute } from './explain-route.ts';
import { openApi } from './open-api.ts';
import { AVERAGES_DEFAULT, queries, readQuery } from './queries.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { Status } from './status-report.ts';
import { CLIENTS_MAX, type StreamHub } from './stream-hub.ts';
import { listWindows } from './window-list.ts';

export interface ApiParts {
  store: Store;
  journal: JournalView;
  history: History;
  limits: AddressLimits;
  hub: StreamHub;
  status: () => Promise<Status>;
  explain: ExplainRoute;
}

/** Everything under /api/v1; GET and HEAD only, which the server sees to. */
export function apiRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { store, journal, hub } = parts;
  const document = openApi();

  route(queries.symbols, '/symbols', ({ search, limit }) => {
    const needle = search.toLowerCase();
    const found = store.symbols.names().filter((name) => name.toLowerCase().includes(needle));
    found.sort();
    return { symbols: found.slice(0, limit).map((symbol) => ({ symbol })), total: found.length };
  });
  route(queries.windows, '/windows', () => listWindows(journal, store.windows.names()));
  route(queries.averages, '/averages', async (query, request, reply) => {
    const { symbol, window, from: fromMs, to: toMs, limit = AVERAGES_DEFAULT, order = 'asc', points } = query;
    const rules = journal.settledRules;
    if (points !== undefined && window !== undefined) {
      const range = { symbol, window, fromMs, toMs, points };
      return sendJson(reply, await parts.history.ask({ kind: 'columns', ...range, rules }));
    }
    const format = prefersCsv(request.headers.accept) ? 'csv' : 'json';
    const range = { symbol, window, fromMs, toMs, limit, order };
    const answer = await parts.history.ask({ kind: 'rows', query: range, format, rules });
    reply.header('vary', 'accept');
    if (format === 'json') return sendJson(reply, answer);
    return reply.type('text/csv; charset=utf-8; header=present').send(bytesOf(answer));
  });
  route(queries.latest, '/averages/latest', (query, _request, reply) => {
    const all = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    const [row] = store.reads.averages.select({ ...query, ...all, limit: 1, order: 'desc' });
    if (row !== undefined) return answeredAverage(row, isSettled(journal.settledRules, row));
    return sendError(reply, 404, `no average yet: symbol ${query.symbol}, window ${query.window}`);
  });
  route(queries.overview, '/overview', async (query, _request, reply) => {
    return sendJson(reply, await parts.history.ask({ kind: 'overview', query, rules: journal.settledRules }));
  });
  route(queries.explain, '/explain', parts.explain);
  route(queries.stream, '/stream', ({ symbol, window }, request, reply) => {
    if (hub.clients >= CLIENTS_MAX) {
      return sendLater(reply, 503, `too many listeners: ${hub.clients}, wanted fewer than ${CLIENTS_MAX}`);
    }
    const giveBack = parts.limits.takeStream(request.socket.remoteAddress, performance.now());
    if (giveBack === undefined) return sendLater(reply, 429, 'too many streams are open from this address');
    reply.raw.once('close', giveBack);
    const { 'last-event-id': lastEventId } = request.headers;
    openStream(request, reply, (response) =>
      hub.add(
        response,
        { symbol, window },
        typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
      ),
    );
    return reply;
  });
  route(queries.status, '/status', () => parts.status());
  route(queries.status, '/openapi.json', () => document);

  function route<T>(
    schema: z.ZodType<T>,
    path: string,
    answer: (query: T, request: FastifyRequest, reply: FastifyReply) => unknown,
  ): void {
    app.get(`/api/v1${path}`, async (request, reply) => {
      const read = readQuery(schema, request.query);
      if ('faults' in read) return sendError(reply, 400, read.faults, 'bad_query');
      // Rows change at any moment; only the stream is worth keeping a connection for.
      reply.header('cache-control', 'no-store');
      try {
        return await answer(read.query, request, reply);
      } catch (error) {
        if (error instanceof HistoryBusyError) return sendLater(reply, 503, error.message);
        throw error;
      }
    });
  }
}

/** Says that it may work in a moment. */
function sendLater(reply: FastifyReply, status: 429 | 503, message: string): FastifyReply {
  reply.header('retry-after', '2');
  return sendError(reply, status, message);
}

function sendJson(reply: FastifyReply, answer: HistoryAnswer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(bytesOf(answer));
}

function bytesOf({ body }: HistoryAnswer): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  listen: (response: FastifyReply['raw']) => void,
): void {
  reply.hijack();
  const response = reply.raw;
  // It ends with its connection: without chunks, the same bytes go to every listener as they are, in one write.
  response.removeHeader('transfer-encoding');
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    connection: 'close',
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  request.socket.setNoDelay(true);
  listen(response);
}
