/** One partition of one topic that the sink reads. */
export interface TopicPart {
  topic: string;
  holds: 'averages' | 'journal';
  partition: number;
}
