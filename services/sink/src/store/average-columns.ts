import { AGGREGATES } from '@meanwhile/records';

/** Where a window of a partition lies in its series. */
export const PLACE_COLUMNS = ['window_end', 'window_start', 'partition'];

/** What a newer revision replaces. */
export const REVISED_COLUMNS = [
  'sequence',
  'revision',
  'is_final',
  'record_count',
  ...AGGREGATES,
  'input_offset',
  'schema_version',
];
