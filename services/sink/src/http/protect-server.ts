import { sendError } from '@meanwhile/service';
import type { FastifyInstance } from 'fastify';
import { AddressLimits, LIMITS, type Limits } from './address-limits.ts';
import { securityHeaders } from './security-headers.ts';

/** Beside 2,000 streams there is room for every page's own requests; each costs some 10 KiB while it is quiet. */
const CONNECTIONS_MAX = 5_000;
/** A connection on which nothing moves, such as that of a reader who takes no more of a long answer. Streams have heartbeats. */
const QUIET_CONNECTION_MS = 60_000;

/**
 * What holds for every answer of the sink: security headers, and limits for each address. Health and metrics are
 * not counted: who watches the sink must not be turned away. The address is that of the connection: a header such as
 * X-Forwarded-For can say anything.
 */
export function protectServer(
  app: FastifyInstance,
  o: { limits?: Limits; now?: () => number } = {},
): AddressLimits {
  const now = o.now ?? (() => performance.now());
  const limits = new AddressLimits(o.limits ?? LIMITS);
  app.server.maxConnections = CONNECTIONS_MAX;
  app.server.setTimeout(QUIET_CONNECTION_MS);
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders(String(reply.getHeader('content-type') ?? '')));
  });
  app.addHook('onRequest', async (request, reply) => {
    const path = request.routeOptions.url;
    if (path === '/healthz' || path === '/readyz' || path === '/metrics') return;
    const waitSeconds = limits.takeRequest(request.socket.remoteAddress, now());
    if (waitSeconds === 0) return;
    reply.header('retry-after', String(waitSeconds));
    return sendError(reply, 429, 'too many requests from this address: wait as long as Retry-After says');
  });
  return limits;
}
