import { topicNames } from './topics.ts';

/** Would the aggregator read what it writes? Then the fault in the output's name, else undefined. */
export function outputCollision(inputTopic: string, outputTopic: string): string | undefined {
  const outputs = Object.values(topicNames(outputTopic));
  if (!outputs.includes(inputTopic)) return undefined;
  return `another name: ${outputs.join(', ')} are written, and INPUT_TOPIC=${inputTopic} is read`;
}
