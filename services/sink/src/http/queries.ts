import { RECORDS_LISTED_MAX } from '@meanwhile/explain';
import { z } from 'zod';
import { TIME_MAX_MS } from '../store/column-reads.ts';
import { OVERVIEW_SORTS } from '../store/overview-reads.ts';

/** Rows in one answer: a few megabytes of JSON, made in well under 100 ms. */
export const AVERAGES_MAX = 10_000;
export const AVERAGES_DEFAULT = 1_000;
export const SYMBOLS_MAX = 10_000;
/** Columns in one answer: a picture as wide as any screen. */
export const POINTS_MAX = 4_000;
/** Symbols in one overview: more than a screen shows at once. */
export const OVERVIEW_MAX = 200;
const TIME_MAX = TIME_MAX_MS;

const symbol = text('the name of a symbol').describe('Key of the series, exactly as in Kafka');
const search = z
  .string({ error: 'wanted a text, once' })
  .max(1_024)
  .default('')
  .describe('Part of the name, upper or lower case');
const window = text('the name of a window').describe('Name of a window definition, such as sliding-10s');

/** Queries of the API, one schema per path: they check requests and make /openapi.json. */
export const queries = {
  symbols: z.strictObject({
    search,
    limit: integer(1, SYMBOLS_MAX).default(1_000),
  }),
  windows: z.strictObject({}),
  averages: z
    .strictObject({
      symbol,
      window: window.optional(),
      from: integer(0, TIME_MAX)
        .default(0)
        .describe('Lowest window_end, ms since the epoch, itself included'),
      to: integer(0, TIME_MAX)
        .default(TIME_MAX)
        .describe('Highest window_end, ms since the epoch, itself included'),
      limit: integer(1, AVERAGES_MAX).optional().meta({ default: AVERAGES_DEFAULT }),
      order: z
        .enum(['asc', 'desc'], { error: 'wanted asc or desc' })
        .optional()
        .meta({ default: 'asc', description: 'By window_end' }),
      points: integer(2, POINTS_MAX)
        .optional()
        .describe(
          'For a picture: the range, of one window, in at most this many columns with minimum, maximum and last of the averages; the rows themselves where they are no more. Not with limit or order.',
        ),
    })
    .superRefine((query, context) => {
      const { points, window: name, limit, order } = query;
      if (points === undefined) return;
      const say = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (name === undefined) say('window', 'wanted the name of a window, with points');
      if (limit !== undefined) say('limit', 'wanted none, with points');
      if (order !== undefined) say('order', 'wanted none, with points: columns ascend');
    }),
  latest: z.strictObject({ symbol, window }),
  overview: z.strictObject({
    window,
    search,
    sort: z
      .enum(OVERVIEW_SORTS, { error: `wanted ${OVERVIEW_SORTS.join(', ')}` })
      .default('name')
      .describe('By name; by change, the largest up or down first; by freshness, the newest first'),
    offset: integer(0, 10_000_000).default(0).describe('Symbols left out before the first'),
    limit: integer(1, OVERVIEW_MAX).default(60),
  }),
  explain: z.strictObject({
    symbol,
    window,
    window_end: integer(0, TIME_MAX).describe('As published, ms since the epoch'),
    partition: integer(0, 1_000_000)
      .optional()
      .describe('Where one key is in several; default: the one that has the result'),
    limit: integer(1, RECORDS_LISTED_MAX).default(1_000).describe('Records in the answer, the newest'),
  }),
  stream: z.strictObject({ symbol: symbol.optional(), window: window.optional() }),
  status: z.strictObject({}),
};

/** The query as its schema gives it, or every fault in it, in one text. */
export function readQuery<T>(schema: z.ZodType<T>, query: unknown): { query: T } | { faults: string } {
  const read = schema.safeParse(query);
  if (read.success) return { query: read.data };
  const given = query as Record<string, unknown>;
  const faults = read.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${key}: no such parameter`);
    const name = String(issue.path[0]);
    return [`${name}=${shown(given[name])}: ${issue.message}`];
  });
  return { faults: faults.join('; ') };
}

function shown(value: unknown): string {
  if (value === undefined) return '(not given)';
  const text = Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', '');
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function text(what: string) {
  const error = `wanted ${what}, once`;
  return z
    .string({ error })
    .min(1, { error })
    .max(1_024, { error: `${error}, at most 1,024 characters` });
}

/** Decimal digits only: Number() would also take '', ' 1', '0x10' and '1e3'. */
function integer(minimum: number, maximum: number) {
  const error = `wanted a whole number from ${minimum} to ${maximum}`;
  const number = z.int({ error }).min(minimum, { error }).max(maximum, { error });
  return z.preprocess((value) => {
    return typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  }, number);
}
