import { z } from 'zod';

const time = z.int().describe('ms since the epoch');
const offset = z.int().min(0);
const count = z.int().min(0);
const matches = z.boolean().nullable().describe('null where reading was cut short');

const entry = z
  .object({
    sequence: z.int().min(1),
    from_offset: offset,
    next_offset: offset,
    watermark: time.nullable(),
    instance: z.string(),
    offset: offset.describe('In the topic of the journal'),
    written_at: time,
  })
  .nullable()
  .describe('Entry of the transaction that published it; null where the journal no longer has it');

const revision = z.object({
  revision: z.int().min(1),
  is_final: z.boolean(),
  record_count: z.int().min(1),
  average: z.number().optional(),
  input_offset: offset,
  offset: offset.describe('In the topic of the averages'),
  written_at: time,
  matches,
  differs: z.array(z.string()).describe('Fields that are not what the records give'),
  journal: entry,
});

/** What /explain answers: an Explanation of libs/explain. */
export const explainAnswer = z.object({
  symbol: z.string(),
  window: z.string(),
  window_start: time,
  window_end: time,
  partition: z.int().min(0),
  state: z.enum(['final', 'settled', 'open']).describe('settled: the watermark has closed the window'),
  watermark: time.nullable().describe('Of the partition, now'),
  matches: matches.describe('Is the newest revision what its records give? null where reading was cut short'),
  published: z
    .looseObject({ revision: z.int().min(1), is_final: z.boolean(), offset, written_at: time })
    .describe('The newest revision as it stands in the topic of the averages'),
  comparison: z.array(
    z.object({
      field: z.string(),
      published: z.number().nullable(),
      recomputed: z.number().nullable(),
      matches: z.boolean(),
    }),
  ),
  revisions: z.array(revision).describe('The newest 50, newest first'),
  revision_count: count,
  records: z
    .array(z.object({ offset, timestamp: time, value: z.number(), append_time: time.nullable() }))
    .describe('The newest of those that the newest revision counts, by offset'),
  record_count: count,
  late: z
    .array(
      z.object({
        offset,
        timestamp: time,
        value: z.number(),
        watermark: time,
        late_by_ms: z.int(),
        accepted: z.array(z.string()).describe('Definitions that it entered'),
      }),
    )
    .describe('Records of the window that came when it was closed'),
  dead_letters: z
    .array(z.object({ offset, reason: z.string(), detail: z.string() }))
    .describe('Of the key, from the first record of the window to its close'),
  journal: entry,
  input: z.object({ topic: z.string(), from_offset: offset, to_offset: offset, records_read: count }),
  settings: z.object({
    grace_ms: z.number(),
    value_field: z.string(),
    time_field: z.string(),
    time_unit: z.string(),
  }),
  cut: z.array(z.string()).describe('What limits left out, in words'),
});
