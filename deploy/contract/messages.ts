import {
  averageSchema,
  commitEntrySchema,
  deadLetterHeadersSchema,
  lateRecordSchema,
  type MessageSchema,
  priceSchema,
  settingsEntrySchema,
  type TopicPlan,
  topicPlan,
} from '@meanwhile/records';

/** Every schema by the name of its file, `docs/topics/schemas/<name>.schema.json`. */
export const schemas: Record<string, MessageSchema> = {
  price: priceSchema,
  average: averageSchema,
  'late-record': lateRecordSchema,
  'dead-letter-headers': deadLetterHeadersSchema,
  'journal-commit': commitEntrySchema,
  'journal-settings': settingsEntrySchema,
};

const DAY_MS = 86_400_000;

/** The topics under their default names and settings, as `meanwhile topics` creates them. */
export const defaultTopics: TopicPlan[] = topicPlan({
  inputTopic: 'prices',
  outputTopic: 'averages',
  partitions: 12,
  replicationFactor: 1,
  minInsyncReplicas: 1,
  retentionInputMs: 7 * DAY_MS,
  retentionOutputMs: 7 * DAY_MS,
  retentionDeadLettersMs: 30 * DAY_MS,
});
