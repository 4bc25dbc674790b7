export { PEER_PROTOCOL } from '@meanwhile/kafka';
export type { Committed } from './committer.ts';
export type { CommitEntry, JournalEntry, SettingsEntry } from './journal-entries.ts';
export type { Log, PartitionWriter, StreamTopics } from './log.ts';
export type { Json, Outbox, Processor, ProcessorFactory } from './processor.ts';
export { type PartitionStatus, type Stream, type StreamOptions, startStream } from './stream.ts';
export type { TaskEnd, TaskState } from './task.ts';
export { systemTime, type Time } from './time.ts';
