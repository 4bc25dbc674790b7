import { KafkaError, type RecordCursor, type Subscription } from '@meanwhile/kafka';
import type { TopicPart } from './topic-part.ts';

/** One part as it is being read. */
export interface PartSource {
  part: TopicPart;
  subscription: Subscription;
  cursor: RecordCursor;
  isLoaded: boolean;
  position: number;
  /** A read that was damaged on its way; another read helps. */
  damage: KafkaError | undefined;
}

/** Is there something to read? Takes the next chunk when the last one is consumed. */
export function hasChunk(source: PartSource): boolean {
  if (source.isLoaded) return true;
  if (source.damage !== undefined) return false;
  const chunk = source.subscription.take();
  if (chunk === undefined) return false;
  source.cursor.load(chunk);
  source.isLoaded = true;
  return true;
}

/** Moves the cursor to the next record; false at the chunk's end and at a damaged batch. @throws what another read does not help. */
export function nextRecord(source: PartSource): boolean {
  try {
    source.isLoaded = source.cursor.next();
  } catch (error) {
    if (!(error instanceof KafkaError) || error.kind === 'stop') throw error;
    source.damage = error;
    source.isLoaded = false;
  }
  return source.isLoaded;
}
