import type { Bench } from './bench.ts';
import { encodeBench } from './encode/encode.ts';
import { latencyBench } from './latency/latency.ts';
import { readBench } from './read/read.ts';
import { restoreBench } from './restore/restore.ts';
import { throughputBench } from './throughput/throughput.ts';
import { transactionBench } from './transaction/transaction.ts';

/** In the order in which they run. */
export const benches: readonly Bench[] = [
  readBench,
  encodeBench,
  transactionBench,
  restoreBench,
  latencyBench,
  throughputBench,
];
