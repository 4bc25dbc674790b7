export { PEER_PROTOCOL } from '@meanwhile/kafka';
export type { Committed } from './committer.ts';
export type { CommitEntry, JournalEntry, SettingsEntry } from './journal-entries.ts';
export { type StreamLimits, streamLimits } from './limits.ts';
export { type Log, type LogOptions, type PartitionWriter, type StreamTopics, streamLog } from './log.ts';
export type { InputIdentity } from './open.ts';
export { BuilderPool } from './outbox.ts';
export type { Json, Outbox, Processor, ProcessorFactory } from './processor.ts';
export type { InputPlace } from './run-loop.ts';
export {
  type PartitionStatus,
  type Runtime,
  type RuntimeOptions,
  runStream,
  type StreamParts,
} from './run-stream.ts';
export { isSnapshotChunk, type Snapshot, SnapshotAssembler } from './snapshot.ts';
export { type Stream, type StreamOptions, startStream } from './stream.ts';
export type { TaskEnd, TaskState } from './task.ts';
export { systemTime, type Time } from './time.ts';
