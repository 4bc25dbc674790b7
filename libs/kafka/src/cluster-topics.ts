import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterBrokers } from './cluster-brokers.ts';
import { errorCode, errorOf } from './errors.ts';
import { metadataRequest, type TopicMetadata } from './requests/metadata.ts';

const LOOK_INTERVAL_MS = 100;
/** A topic just created is unknown to some brokers for up to a second; a deleted one should be noticed soon. */
const UNKNOWN_TOPIC_WAIT_MS = 2_000;

/** What is known of the topics asked about, from the last look at the metadata; each look tells of the brokers too. */
export class ClusterTopics {
  readonly #brokers: ClusterBrokers;
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #watched = new Set<string>();
  /** Error codes of topics that the last look would not tell of. */
  readonly #refused = new Map<string, number>();
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(brokers: ClusterBrokers) {
    this.#brokers = brokers;
  }

  /** Done with a look that began after the call; those who ask while one is under way share the next. */
  refresh(more: readonly string[] = []): Promise<void> {
    for (const topic of more) this.#watched.add(topic);
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  /** Waits up to 2 s for an unknown topic. Throws UNKNOWN_TOPIC_OR_PARTITION, or what the brokers refuse it with. */
  async described(topic: string): Promise<TopicMetadata> {
    const endMs = performance.now() + UNKNOWN_TOPIC_WAIT_MS;
    for (;;) {
      const found = this.#topics.get(topic);
      if (found !== undefined) return found;
      await this.refresh([topic]);
      if (this.#topics.has(topic)) continue;
      const code = this.#refused.get(topic) ?? errorCode.unknownTopicOrPartition;
      if (code !== errorCode.unknownTopicOrPartition || performance.now() > endMs) {
        throw errorOf('Metadata', code, { topic });
      }
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  /** Waits up to 2 s for a leader. Throws as `described`, or LEADER_NOT_AVAILABLE. */
  async leaderOf(topic: string, partition: number): Promise<number> {
    const endMs = performance.now() + UNKNOWN_TOPIC_WAIT_MS;
    for (;;) {
      const leader = (await this.described(topic)).leaders.get(partition);
      if (leader !== undefined && leader >= 0) return leader;
      if (performance.now() > endMs) {
        const code = leader === undefined ? errorCode.unknownTopicOrPartition : errorCode.leaderNotAvailable;
        throw errorOf('Metadata', code, { topic, partition });
      }
      await sleep(LOOK_INTERVAL_MS);
      await this.refresh([topic]);
    }
  }

  #start(): Promise<void> {
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #look(): Promise<void> {
    const metadata = await this.#brokers.ask(metadataRequest([...this.#watched]));
    if (this.#brokers.isClosed) return;
    this.#brokers.learn(metadata.brokers);
    for (const topic of metadata.topics) {
      if (topic.errorCode === errorCode.none || topic.errorCode === errorCode.leaderNotAvailable) {
        this.#topics.set(topic.topic, topic);
        this.#refused.delete(topic.topic);
      } else {
        this.#topics.delete(topic.topic);
        this.#watched.delete(topic.topic);
        // Rights and names do not heal by waiting. Unknown does: whoever asked looks again.
        this.#refused.set(topic.topic, topic.errorCode);
      }
    }
  }
}
