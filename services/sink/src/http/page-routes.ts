import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { encodingOf } from './content-encoding.ts';
import { type PageFile, readPageFiles } from './page-files.ts';

/** The chart page at `/`, its modules beside it, the chart library under `/vendor/`. A path for each file: no other is served. */
export function pageRoutes(app: FastifyInstance): void {
  for (const [path, file] of readPageFiles()) {
    const answer = (request: FastifyRequest, reply: FastifyReply) => sendFile(file, request, reply);
    app.get(`/${path}`, answer);
    if (path === 'index.html') app.get('/', answer);
  }
}

async function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const encoding = encodingOf(request.headers['accept-encoding']);
  const etag = `"${file.hash}${encoding === undefined ? '' : `-${encoding}`}"`;
  // Asked for again on every load, answered by 304: an upgrade reaches every browser at once.
  reply.headers({ 'cache-control': 'no-cache', vary: 'accept-encoding', etag });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  reply.type(file.type);
  if (encoding === undefined) return reply.send(file.bytes);
  return reply.header('content-encoding', encoding).send(await file.encoded(encoding));
}

/** A proxy that changes bytes on the way may have made the tag a weak one. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
