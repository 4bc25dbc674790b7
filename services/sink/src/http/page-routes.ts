import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const UPLOT = dirname(fileURLToPath(import.meta.resolve('uplot')));
/** What a browser needs; not the type declarations and settings that lie beside it. */
const SERVED = /\.(html|css|js|svg)$/;

/** The chart page at `/`, its modules beside it, the chart library under `/vendor/`. */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: PAGE,
    // Asked for again on every load, answered by 304: an upgrade reaches every browser at once.
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    allowedPath: (path) => path === '/' || path === '' || SERVED.test(path),
  });
  for (const file of ['uPlot.esm.js', 'uPlot.min.css']) {
    app.get(`/vendor/${file}`, (_request, reply) => reply.sendFile(file, UPLOT));
  }
}
