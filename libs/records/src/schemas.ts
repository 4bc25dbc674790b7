import { AGGREGATES, SCHEMA_VERSION } from './average.ts';
import { DEAD_LETTER_REASONS, DETAIL_BYTES_MAX } from './dead-letter.ts';
import { TIME_MAX_MS, VALUE_MAX } from './price.ts';
import { field, messageSchema, parts } from './schema-parts.ts';

// What stands in the topics as JSON Schema 2020-12, for other systems and for docs (docs/topics). Plain objects
// beside the writers that they describe, since this package imports nothing; readers of ours check by
// hand (parseAverage, parseJournalValue) and take unknown fields.

const version = SCHEMA_VERSION;
const DECIMAL = '^-?[0-9]+(\\.[0-9]+)?$';
const schemaVersion = field(
  { const: SCHEMA_VERSION },
  'version of the format; within one, fields are only ever added',
);
const inputOffset = (description: string) => field(parts.count, description);

/** What is read from the input topic under the default settings; our producer writes numbers and all three fields. */
export const priceSchema = messageSchema({
  id: 'price',
  version,
  title: 'price',
  description:
    'One keyed number with its event time. Names and unit are those of the default VALUE_FIELD, TIME_FIELD and TIME_UNIT.',
  fields: {
    symbol: field(parts.text, 'for people: the record key names the series'),
    price: field(
      { type: ['number', 'string'], minimum: -VALUE_MAX, maximum: VALUE_MAX, pattern: DECIMAL },
      'the value: a JSON number, or a string in plain decimal notation',
    ),
    timestamp: field(
      { type: ['number', 'string'], minimum: 0, maximum: TIME_MAX_MS, pattern: DECIMAL },
      'event time, ms since the epoch (UTC); a fraction is cut',
    ),
  },
  optional: ['symbol'],
});

export const averageSchema = messageSchema({
  id: 'average',
  version,
  title: 'average',
  description:
    'One revision of one result. Identity: partition, symbol, window, window_start, window_end; the highest revision wins.',
  fields: {
    symbol: field(parts.text, 'the key of the records that were counted'),
    window: field(
      parts.text,
      'name of the window definition, such as `sliding-10s`, `tumbling-1m`, `hopping-5m-1m`, `session-30s`',
    ),
    window_start: field(
      parts.timeMs,
      'ms since the epoch, inside the window; session: the first event time; sliding: window_end − size',
    ),
    window_end: field(
      parts.timeMs,
      'ms since the epoch; tumbling, hopping: the first ms after the window; sliding, session: the last event time, inside',
    ),
    average: field(parts.number, 'total / record_count, within [minimum, maximum]'),
    record_count: field(parts.positive, 'records in the window'),
    total: field(parts.number, 'sum of the values, within 1e-12 of the sum of their magnitudes'),
    minimum: field(parts.number, 'lowest value'),
    maximum: field(parts.number, 'highest value'),
    earliest: field(parts.number, 'value of the lowest (event time, offset)'),
    latest: field(parts.number, 'value of the highest (event time, offset)'),
    stddev: field({ type: 'number', minimum: 0 }, 'standard deviation of the population; 0 for equal values'),
    revision: field(parts.positive, '1 for the first result of this window, then 2, 3, … without gaps'),
    is_final: field(parts.flag, '`true`: the window is closed, no other revision will ever follow'),
    input_offset: inputOffset(
      'highest offset among the records counted, in the partition of the same number of the input topic',
    ),
    schema_version: schemaVersion,
  },
  optional: AGGREGATES,
});

export const lateRecordSchema = messageSchema({
  id: 'late-record',
  version,
  title: 'late record',
  description: 'A record that missed at least one window because it was closed.',
  fields: {
    symbol: field(parts.text, 'the key of the record'),
    value: field(parts.number, 'its value'),
    timestamp: field(
      { type: 'integer', minimum: 0, maximum: TIME_MAX_MS },
      'its event time, ms since the epoch',
    ),
    watermark: field(parts.timeMs, 'of the partition when it came, ms since the epoch'),
    late_by_ms: field(parts.count, 'watermark − timestamp'),
    missed: field(
      { ...parts.names, minItems: 1 },
      'window definitions of which it missed at least one window',
    ),
    accepted: field(parts.names, 'window definitions of which it entered at least one window'),
    input_offset: inputOffset('offset of the record in the input topic'),
    schema_version: schemaVersion,
  },
});

/** Our headers of a dead letter as texts; its key and value are whatever was read. */
export const deadLetterHeadersSchema = messageSchema({
  id: 'dead-letter-headers',
  version,
  title: 'dead letter headers',
  description:
    "Headers that are added behind the record's own, values in UTF-8. Of headers of the same name the last is ours.",
  fields: {
    reason: field({ enum: [...DEAD_LETTER_REASONS] }, 'the first rule that the record breaks'),
    detail: field(
      { type: 'string', maxLength: DETAIL_BYTES_MAX },
      'what was found and what was wanted, for people',
    ),
    input_topic: field(parts.text, 'where the record was read'),
    input_partition: field(parts.digits, 'decimal'),
    input_offset: field(parts.digits, 'decimal'),
  },
});

const accounting = {
  read: field(parts.count, 'records read; = averaged + late + dead_lettered'),
  averaged: field(parts.count, 'records that entered at least one window'),
  partly_late: field(parts.count, 'of these, the ones that missed a window too'),
  late: field(parts.count, 'records that entered no window'),
  dead_lettered: field(parts.count, 'records that became dead letters'),
  results: field(parts.count, 'results sent'),
};

export const commitEntrySchema = messageSchema({
  id: 'journal-commit',
  version,
  title: 'commit entry',
  description: 'One stretch of input that became visible with its results in one transaction.',
  fields: {
    type: field({ const: 'commit' }, 'tells the entries apart'),
    sequence: field(parts.positive, '1, 2, 3, … per partition, never restarting'),
    from_offset: field(parts.count, 'first input offset of the stretch'),
    next_offset: field(parts.count, 'first input offset after it; equal to from_offset for a silence'),
    watermark: field(
      parts.timeOrNull,
      'after the stretch, ms since the epoch; null before the first good record',
    ),
    ...accounting,
    totals: field(
      { type: 'object', properties: accounting, required: Object.keys(accounting) },
      'the same six since the beginning',
    ),
    append_time_min: field(
      parts.timeOrNull,
      'lowest Kafka append time of the stretch, ms; null: none is known',
    ),
    append_time_max: field(parts.timeOrNull, 'highest, likewise'),
    instance: field(parts.text, 'INSTANCE_ID of the aggregator that wrote it'),
  },
});

export const settingsEntrySchema = messageSchema({
  id: 'journal-settings',
  version,
  title: 'settings entry',
  description: 'Opens the journal and stands at every change of the settings on which results depend.',
  fields: {
    type: field({ const: 'settings' }, 'tells the entries apart'),
    semantics_version: field(parts.positive, 'of the rules by which results are made'),
    input_topic: field(parts.text, 'name of the input topic'),
    input_topic_id: field(parts.text, "Kafka's id of it: a topic deleted and made again is another one"),
    partitions: field(parts.positive, 'partitions of the input topic'),
    group: field(parts.text, 'consumer group'),
    start_offset: field(parts.count, 'input offset at which the partition was begun'),
    settings: field({ type: 'object' }, 'the settings, durations in ms'),
    instance: field(parts.text, 'INSTANCE_ID of the aggregator that wrote it'),
  },
});
