import type { Bench } from '../bench.ts';
export const throughputBench: Bench = { name: 'throughput', summary: '-', run: async () => [] };
