import { topicNames } from '@meanwhile/records';
import { deleteTopic } from '../support/broker.ts';
import { makePipeline, type Pipeline } from '../support/pipeline.ts';

/** Lends a new pipeline; its processes end and its topics go, however the work ends: the broker may be somebody's own. */
export async function withPipeline<T>(
  o: { brokers: string; name: string; env?: Record<string, string> },
  work: (pipeline: Pipeline) => Promise<T>,
): Promise<T> {
  const pipeline = await makePipeline(o);
  try {
    return await work(pipeline);
  } finally {
    await pipeline.stop();
    // An input that was lent to it is not its own.
    const own = o.env?.['INPUT_TOPIC'] ? [] : [pipeline.inputTopic];
    for (const topic of [...own, ...Object.values(topicNames(pipeline.outputTopic))]) {
      await deleteTopic(o.brokers, topic);
    }
  }
}
