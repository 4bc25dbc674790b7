import type { Bench } from './bench.ts';
import { bytesBench } from './bytes/bytes.ts';
import { encodeBench } from './encode/encode.ts';
import { engineBench } from './engine/engine.ts';
import { historyBench } from './history/history.ts';
import { latencyBench } from './latency/latency.ts';
import { pageBench } from './page/page.ts';
import { readBench } from './read/read.ts';
import { restoreBench } from './restore/restore.ts';
import { scanBench } from './scan/scan.ts';
import { streamBench } from './stream/stream.ts';
import { throughputBench } from './throughput/throughput.ts';
import { transactionBench } from './transaction/transaction.ts';
import { writeBench } from './write/write.ts';

/** In the order in which they run. */
export const benches: readonly Bench[] = [
  readBench,
  encodeBench,
  engineBench,
  scanBench,
  writeBench,
  bytesBench,
  transactionBench,
  restoreBench,
  latencyBench,
  throughputBench,
  streamBench,
  historyBench,
  pageBench,
];
