export { type ExplainOptions, type ExplainQuery, explain } from './explain.ts';
export { ExplainError, type ExplainFault } from './explain-error.ts';
export type {
  Comparison,
  CountedRecord,
  ExplainedDeadLetter,
  ExplainedEntry,
  ExplainedLate,
  ExplainedRevision,
  Explanation,
} from './explanation.ts';
export { RECORDS_LISTED_MAX } from './limits.ts';
