import { z } from 'zod';
import { answers } from './answers.ts';
import { explainAnswer } from './explain-answer.ts';
import { queries } from './queries.ts';

type Json = Record<string, unknown>;

/** The OpenAPI document of /api/v1, from the schemas that check its queries. */
export function openApi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meanwhile: windowed averages',
      version: '1',
      description: 'The newest revision of each window. Times are integers, ms since the Unix epoch (UTC).',
    },
    paths: {
      '/api/v1/symbols': get('Symbols with results', queries.symbols, json(answers.symbols)),
      '/api/v1/windows': get('Window definitions', queries.windows, json(answers.windows)),
      '/api/v1/averages': get('Averages of a symbol', queries.averages, {
        ...json(answers.averages),
        'text/csv': { schema: { type: 'string' } },
      }),
      '/api/v1/averages/latest': get(
        'The average with the highest window_end',
        queries.latest,
        json(answers.average),
      ),
      '/api/v1/overview': get(
        'Many symbols of a window in short: the newest average, its change and a small line of the last ten minutes',
        queries.overview,
        json(answers.overview),
      ),
      '/api/v1/explain': get(
        'What a published average is made of: the records behind it, recomputed',
        queries.explain,
        json(explainAnswer),
      ),
      '/api/v1/stream': get(
        'Averages as they come (server-sent events). Send the last id as Last-Event-ID to go on without a gap or a double; an event "reset" says that the id is of another database.',
        queries.stream,
        { 'text/event-stream': { schema: { type: 'string' } } },
      ),
      '/api/v1/status': get('What the pipeline is doing', queries.status, json(answers.status)),
      '/api/v1/openapi.json': get('This document', queries.status, json(answers.document)),
    },
    components: { schemas: { Error: schemaOf(answers.error) } },
  };
}

function get(summary: string, query: z.ZodObject, content: Json): Json {
  const failed = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return {
    get: {
      summary,
      parameters: Object.entries(query.shape).map(([name, piece]) => parameter(name, piece)),
      responses: {
        200: { description: 'What was asked for', content },
        default: {
          description:
            'A fault, named. 429 (too many requests or streams of one address) and 503 (busy) say in Retry-After when to ask again.',
          headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 1 } } },
          content: failed,
        },
      },
    },
  };
}

function parameter(name: string, piece: z.core.$ZodType): Json {
  const { description, ...schema } = schemaOf(piece);
  const isOptional = z.safeParse(piece, undefined).success;
  return {
    name,
    in: 'query',
    required: !isOptional,
    ...(description !== undefined && { description }),
    schema,
  };
}

function json(schema: z.ZodType): Json {
  return { 'application/json': { schema: schemaOf(schema) } };
}

function schemaOf(schema: z.core.$ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema) as Json;
  return rest;
}
