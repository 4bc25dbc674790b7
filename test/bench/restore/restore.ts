import type { Bench } from '../bench.ts';
export const restoreBench: Bench = { name: 'restore', summary: '-', run: async () => [] };
