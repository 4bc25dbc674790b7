/** What always works, at the price of beginning anew. */
export const START_OVER =
  'start over: stop all replicas, delete the output topics and the consumer group, run `npm run meanwhile -- topics`';
