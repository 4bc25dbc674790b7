// Loaded before an aggregator (`node --import`): SIGUSR2 puts its clock forward by two hours. It then takes a snapshot, the last one
// being too old, and trims its journal, which is old enough by now.
const real = Date.now;
let aheadMs = 0;
Date.now = () => real() + aheadMs;
process.on('SIGUSR2', () => {
  aheadMs += 2 * 60 * 60 * 1_000;
});
