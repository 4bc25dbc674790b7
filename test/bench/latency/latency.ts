import type { Bench } from '../bench.ts';
export const latencyBench: Bench = { name: 'latency', summary: '-', run: async () => [] };
