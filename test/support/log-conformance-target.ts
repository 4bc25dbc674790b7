import type { LogClient, Membership } from '@meanwhile/kafka';

/** What becomes of the next requests of one kind: not carried out, or carried out, and the client hears nothing either way. */
export type LostRequest = { api: 'Produce' | 'TxnOffsetCommit' | 'EndTxn'; fate: 'lost' | 'answerLost' };

/** A log under test, real or simulated. */
export interface ConformanceTarget {
  start(): Promise<void>;
  stop(): Promise<void>;
  client(): LogClient;
  /** A client whose requests of one kind fail. */
  losing(lost: LostRequest): LogClient;
  createTopic(partitions: number): Promise<string>;
  deleteTopic(topic: string): Promise<void>;
  /** A topic of the same name, once the old one is gone. */
  recreateTopic(topic: string, partitions: number): Promise<void>;
  join(options: {
    groupId: string;
    topic: string;
    instanceId: string;
    onAssignment: (partitions: number[]) => void;
  }): Omit<Membership, 'greet'>;
  expel(groupId: string, memberId: string): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Runs a test: a simulated world stands still otherwise. */
  run(body: () => Promise<void>): Promise<void>;
}
