import { expect, test } from 'vitest';
import { topicNames, topicPlan } from './topics.ts';

const SETTINGS = {
  inputTopic: 'prices',
  outputTopic: 'averages',
  partitions: 12,
  replicationFactor: 3,
  minInsyncReplicas: 2,
  retentionInputMs: 1,
  retentionOutputMs: 2,
  retentionDeadLettersMs: 3,
};

test('topics are named after the output topic', () => {
  expect(topicNames('averages')).toEqual({
    averages: 'averages',
    late: 'averages-late',
    deadLetters: 'averages-dead-letters',
    journal: 'averages-journal',
  });
});

test("the plan is the contract's table", () => {
  const common = {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': '2',
  };
  const topic = (name: string, config: Record<string, string>) => ({
    name,
    partitions: 12,
    replicationFactor: 3,
    config: { ...common, ...config },
  });
  expect(topicPlan(SETTINGS)).toEqual([
    topic('prices', { 'retention.ms': '1' }),
    topic('averages', { 'retention.ms': '2' }),
    topic('averages-late', { 'retention.ms': '2' }),
    topic('averages-dead-letters', { 'retention.ms': '3', 'max.message.bytes': '1114124' }),
    topic('averages-journal', { 'retention.ms': '-1', 'retention.bytes': '-1' }),
  ]);
});

test('dead letters hold what an input with larger messages holds, and 64 KiB', () => {
  const plans = topicPlan({ ...SETTINGS, inputMessageBytesMax: 10_000_000 });
  expect(plans[3]!.config['max.message.bytes']).toBe('10065536');
});
