/** What always works, at the price of beginning anew. */
export const START_OVER = 'start over: stop all replicas, run `npm run meanwhile -- reset`';
