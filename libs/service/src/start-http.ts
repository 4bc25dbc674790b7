import { STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Registry } from 'prom-client';
import type { Log } from './create-log.ts';
import { floodLog } from './flood-log.ts';
import type { Health } from './health.ts';

/** Who sends a request byte by byte holds a connection no longer than this: its head, and all of it. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;

export interface HttpServer {
  app: FastifyInstance;
  /** `http://host:port` as bound. */
  address: string;
  port: number;
  /** Ends open answers too: a page that listens for events would keep the process for ever. */
  close(): Promise<void>;
}

/**
 * `/healthz` (503 once the process failed), `/readyz` (200 only when ready), `/metrics`, and the routes of `register`.
 * GET and HEAD only; errors are `{"error":{"code","message"}}`.
 * @throws when the port is taken; the error names it.
 */
export async function startHttp(o: {
  host: string;
  port: number;
  log: Log;
  health: Health;
  metrics: Registry;
  /** Further routes and plugins: fastify takes none once it listens. */
  register?: (app: FastifyInstance) => void | Promise<void>;
  /** Protocols that a connection may be upgraded to, by name: each takes it, and must end it before the server closes. */
  upgrades?: Record<string, (connection: Duplex) => void>;
}): Promise<HttpServer> {
  const { log, health, metrics } = o;
  const failures = floodLog({ log, what: 'failed requests' });
  const upgrades = new Map(Object.entries(o.upgrades ?? {}));
  const app = fastify({
    http: {
      // Any other protocol that is asked for is not obliged to be given: the request is answered as it is.
      shouldUpgradeCallback: ({ headers }) => upgrades.has(headers.upgrade ?? ''),
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false, // its answer has another shape; /readyz says that we are stopping
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, _request, reply) => {
      // No hook sees this answer.
      void sendError(
        reply.header('x-content-type-options', 'nosniff'),
        error.statusCode ?? 400,
        error.message,
      );
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    reply.header('allow', 'GET, HEAD');
    return sendError(reply, 405, `${request.method} is not allowed: only GET and HEAD are`);
  });
  app.setNotFoundHandler((request, reply) => sendError(reply, 404, `no such path: ${pathOf(request)}`));
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendError(reply, status, error.message, error.code);
    failures.warn(() => ({
      fields: { err: error, path: pathOf(request) },
      message: `request failed: ${error.message}`,
    }));
    return sendError(reply, status, 'the request failed, see the log of the service');
  });

  app.get('/healthz', (_request, reply) => {
    reply.code(health.isLive ? 200 : 503);
    return health.isLive ? { status: 'live' } : health.toJSON();
  });
  app.get('/readyz', (_request, reply) => {
    reply.code(health.isReady ? 200 : 503);
    return health.toJSON();
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.metrics();
  });
  await o.register?.(app);
  app.server.on('upgrade', ({ headers }, connection) => {
    connection.on('error', () => connection.destroy());
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`,
    );
    upgrades.get(headers.upgrade ?? '')?.(connection);
  });

  try {
    await app.listen({ host: o.host, port: o.port });
  } catch (error) {
    await app.close();
    throw listenError(error as NodeJS.ErrnoException, o.host, o.port);
  }
  const { port, family, address } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { app, port, address: `http://${host}:${port}`, close: () => app.close() };
}

/** An answer in the one shape that errors have. The code is the status text in snake case unless one is given. */
export function sendError(reply: FastifyReply, status: number, message: string, code?: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(errorBody(status, message, code));
}

function errorBody(status: number, message: string, code?: string): string {
  const isOurs = code !== undefined && !code.startsWith('FST_');
  return JSON.stringify({ error: { code: isOurs ? code : codeOf(status), message } });
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '_');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]!;
}

const brokenRequests: Record<string, [status: number, message: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too long: wanted at most 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
};

function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = brokenRequests[error.code ?? ''] ?? [
    400,
    'the request cannot be read: not HTTP as we know it',
  ];
  const body = errorBody(status, message);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nConnection: close`;
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const remedies: Record<string, string> = {
    EADDRINUSE: 'end the process that holds it, or set HTTP_PORT to another port (0: any free one)',
    EACCES: 'set HTTP_PORT to a port above 1023',
    EADDRNOTAVAIL: 'set HTTP_HOST to an address of this machine (0.0.0.0: every interface)',
  };
  const wrapped = new Error(`cannot listen on ${host}:${port}: ${error.code ?? error.message}`, {
    cause: error,
  });
  return Object.assign(wrapped, {
    code: error.code,
    remedy: remedies[error.code ?? ''] ?? 'check HTTP_HOST',
  });
}
