import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest';
import { type ChartPipeline, executablePath, NO_CHROMIUM, startChartPipeline } from './chart-pipeline.ts';

/**
 * Before the tests of a file: a pipeline of its own, filled by `fill`. After them it must end well. Without a browser they are skipped.
 * @param name of its topics
 */
export function useChartPipeline(
  name: string,
  fill: (pipeline: ChartPipeline) => Promise<void> = async () => {},
): () => ChartPipeline {
  let pipeline: ChartPipeline | undefined;

  beforeAll(async () => {
    if (executablePath === undefined) return;
    pipeline = await startChartPipeline(inject('brokers'), name);
    await fill(pipeline);
  });

  beforeEach((context) => {
    if (executablePath === undefined) context.skip(NO_CHROMIUM);
  });

  afterAll(async () => {
    if (executablePath !== undefined) expect(await pipeline?.stop()).toBe(0);
  });

  return () => pipeline!;
}
