/** What always works, at the price of beginning anew. */
export const START_OVER = 'start over: stop all replicas, run `npm run meanwhile -- reset`';

/** The input was given more partitions: results of a key would begin in one and go on in another. */
export const OTHER_OUTPUTS =
  'go on under another OUTPUT_TOPIC and GROUP_ID: see "More partitions" in docs/production.md';
