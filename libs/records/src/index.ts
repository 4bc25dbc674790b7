export { AGGREGATES, type Aggregate, type Average, parseAverage, SCHEMA_VERSION } from './average.ts';
export { type AverageFields, AverageWriter } from './average-writer.ts';
export { ByteWriter } from './byte-writer.ts';
export {
  DEAD_LETTER_REASONS,
  type DeadLetterFields,
  type DeadLetterReason,
  deadLetterHeaders,
} from './dead-letter.ts';
export {
  type Accounting,
  type CommitEntry,
  parseJournalValue,
  type SettingsEntry,
} from './journal.ts';
export { jsonString } from './json-string.ts';
export { type LateFields, writeLateRecord } from './late-record.ts';
export { murmur2 } from './murmur2.ts';
export { partitionFor } from './partition-for.ts';
export { type Price, type PriceFields, priceJson, RECORD_TIME, type TimeUnit } from './price.ts';
export { PriceScanner } from './price-scanner.ts';
export type { FieldSchema, MessageSchema } from './schema-parts.ts';
export {
  averageSchema,
  commitEntrySchema,
  deadLetterHeadersSchema,
  lateRecordSchema,
  priceSchema,
  settingsEntrySchema,
} from './schemas.ts';
export { type TopicNames, type TopicPlan, type TopicSettings, topicNames, topicPlan } from './topics.ts';
export { outputCollision } from './topics-collide.ts';
