import { z } from 'zod';

const time = z.int().describe('ms since the epoch');
const offset = z.int().min(0);
const count = z.int().min(0);

const average = z.looseObject({
  symbol: z.string(),
  window: z.string(),
  window_start: time,
  window_end: time,
  average: z.number().optional(),
  record_count: z.int().min(1),
  total: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  earliest: z.number().optional(),
  latest: z.number().optional(),
  stddev: z.number().optional(),
  revision: z.int().min(1),
  is_final: z.boolean(),
  input_offset: offset,
  schema_version: z.int(),
  partition: z.int().min(0),
  settled: z.boolean().describe('No newer revision will follow'),
});

const column = z.object({
  start: time.describe('A multiple of column_ms; the column ends before start + column_ms'),
  count: z.int().min(1).describe('Rows in it'),
  minimum: z.number().nullable().describe('Of the averages, like maximum and last; null where none was sent'),
  maximum: z.number().nullable(),
  last: z.number().nullable(),
  last_end: time.describe('window_end of the last row'),
  settled: z.boolean().describe('No newer revision of the last row will follow'),
});

const partition = z.looseObject({
  partition: z.int().min(0),
  watermark: time.nullable(),
  next_offset: offset,
  end_offset: offset.nullable(),
  lag: count.nullable(),
  append_time_max: time.nullable(),
  committed_at: time,
  sequence: count,
  instance: z.string(),
});

/** What the API answers, for /openapi.json and for the tests, which hold real answers against it. */
export const answers = {
  average,
  symbols: z.object({ symbols: z.array(z.object({ symbol: z.string() })), total: count }),
  windows: z.object({
    windows: z.array(
      z.object({
        window: z.string(),
        kind: z.string(),
        size_ms: count.optional(),
        step_ms: count.optional(),
        emit: z.string().optional(),
      }),
    ),
    grace_ms: count.nullable(),
  }),
  averages: z.object({
    averages: z.array(average),
    column_ms: z
      .int()
      .min(1)
      .optional()
      .describe('With points, where there are more rows than that: the width of a column'),
    columns: z.array(column).optional().describe('Ascending; those without a row are left out'),
  }),
  status: z.looseObject({
    now: time,
    state: z.looseObject({ state: z.string(), reason: z.string().optional() }),
    topics: z.object({ input: z.string(), averages: z.string(), journal: z.string() }),
    kafka: z.object({
      connected: z.boolean(),
      input_partitions: count.nullable().describe('Null: the input topic is not there, or not known yet'),
      input_written: count.nullable().describe('Offsets given out in the input topic so far'),
    }),
    database: z.object({ id: z.string(), sequence: count, newest_window_end: time.nullable() }),
    sink: z.looseObject({}),
    freshness: z.object({ last_input_append_time: time.nullable(), last_commit_time: time.nullable() }),
    lag: count.nullable(),
    totals: z.record(z.string(), z.number()),
    recent: z
      .object({
        records_per_second: z.number().min(0).nullable().describe('Prices read, over the last ten seconds'),
        latency_ms: z
          .object({ p50: z.number(), p99: z.number(), commits: count })
          .nullable()
          .describe(
            "From the append of a commit's oldest price until its results are here, of the commits of the last minute",
          ),
      })
      .describe('Since the sink has been up'),
    settings: z.looseObject({}).nullable(),
    partitions: z.array(partition),
    group: z.object({ id: z.string(), state: z.string().nullable() }),
    replicas: z.array(z.looseObject({ instance: z.string().nullable(), partitions: z.array(z.int()) })),
    problem: z.string().optional().describe('Why group, replicas or lag are not known'),
  }),
  overview: z.object({
    window: z.string(),
    column_ms: z.int(),
    from: time,
    to: time.describe('The highest window_end of all symbols; 0 without results'),
    total: count.describe('Symbols that the search finds'),
    symbols: z.array(
      z.object({
        symbol: z.string(),
        average: z.number(),
        window_end: time,
        change: z.number().nullable().describe('0.01: one percent above the first point; null: not known'),
        points: z
          .array(z.tuple([time, z.number()]))
          .describe('window_end and average, at most one in column_ms'),
      }),
    ),
  }),
  document: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
  error: z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
};
