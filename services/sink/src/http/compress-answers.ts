import type { FastifyInstance } from 'fastify';
import { compress, encodingOf } from './content-encoding.ts';

/** Less fits into one packet anyway. */
const LENGTH_MIN = 1_400;
const TEXT = /^(application\/json|text\/csv)/;

/** Compresses what the API answers as a whole. The stream is no such answer: it is written past fastify. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isText = TEXT.test(String(reply.getHeader('content-type') ?? ''));
    if (!isText || !(typeof payload === 'string' || Buffer.isBuffer(payload))) return payload;
    reply.header('vary', 'accept-encoding');
    const encoding = encodingOf(request.headers['accept-encoding']);
    if (encoding === undefined || payload.length < LENGTH_MIN) return payload;
    reply.header('content-encoding', encoding);
    return compress(Buffer.from(payload), encoding, 'each');
  });
}
