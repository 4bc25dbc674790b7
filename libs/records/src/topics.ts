/** The topics that one aggregator writes, named after its output topic. */
export interface TopicNames {
  averages: string;
  late: string;
  deadLetters: string;
  journal: string;
}

export function topicNames(outputTopic: string): TopicNames {
  return {
    averages: outputTopic,
    late: `${outputTopic}-late`,
    deadLetters: `${outputTopic}-dead-letters`,
    journal: `${outputTopic}-journal`,
  };
}

/** A topic as the set-up step wants it; `config` holds Kafka's own setting names and values. */
export interface TopicPlan {
  name: string;
  partitions: number;
  replicationFactor: number;
  config: Record<string, string>;
}

export interface TopicSettings {
  inputTopic: string;
  outputTopic: string;
  /** The outputs have as many as the input: partition p of it is answered in partition p of each. */
  partitions: number;
  replicationFactor: number;
  minInsyncReplicas: number;
  retentionInputMs: number;
  retentionOutputMs: number;
  retentionDeadLettersMs: number;
  /** `max.message.bytes` of an input that somebody else set up; default: the broker's default. */
  inputMessageBytesMax?: number | undefined;
}

/** The broker's default of `max.message.bytes`. */
const MESSAGE_BYTES_MAX = 1_048_588;
/** A dead letter is its record and our headers; it must fit wherever the record did. */
const DEAD_LETTER_EXTRA_BYTES = 65_536;

/** All topics with their settings, input first. */
export function topicPlan(settings: TopicSettings): TopicPlan[] {
  const names = topicNames(settings.outputTopic);
  const plan = (name: string, retentionMs: number, more: Record<string, string> = {}): TopicPlan => ({
    name,
    partitions: settings.partitions,
    replicationFactor: settings.replicationFactor,
    config: {
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionMs),
      // Retention counts from when a record was written: a replay of old prices is not deleted at once.
      'message.timestamp.type': 'LogAppendTime',
      'min.insync.replicas': String(settings.minInsyncReplicas),
      ...more,
    },
  });
  const deadLetterBytesMax = (settings.inputMessageBytesMax ?? MESSAGE_BYTES_MAX) + DEAD_LETTER_EXTRA_BYTES;
  return [
    plan(settings.inputTopic, settings.retentionInputMs),
    plan(names.averages, settings.retentionOutputMs),
    plan(names.late, settings.retentionOutputMs),
    plan(names.deadLetters, settings.retentionDeadLettersMs, {
      'max.message.bytes': String(deadLetterBytesMax),
    }),
    // The journal is the truth: only the aggregator trims it, no broker setting may.
    plan(names.journal, -1, { 'retention.bytes': '-1' }),
  ];
}
