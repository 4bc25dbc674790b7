import { offsetAfter } from './batch-layout.ts';
import type { Chunk } from './chunk.ts';
import type { Reader } from './reader.ts';

/**
 * The chunks of `[fromOffset, toOffset)`, one at a time: the next is fetched while one is worked on. The last chunk may hold records
 * at or above `toOffset` (see `RecordCursor.stopAt`). Ends when the position reaches `toOffset`, and so waits if the log (or its last
 * stable offset) does not reach that far yet.
 *
 * @throws the subscription's error, or the signal's reason
 */
export async function* readRange(
  reader: Reader,
  o: { topic: string; partition: number; fromOffset: number; toOffset: number; signal?: AbortSignal },
): AsyncGenerator<Chunk, void, void> {
  if (o.fromOffset >= o.toOffset) return;
  let wake = () => {};
  const onReady = () => wake();
  const { topic, partition, fromOffset, toOffset } = o;
  const subscription = reader.subscribe({ topic, partition, offset: fromOffset, toOffset, onReady });
  o.signal?.addEventListener('abort', onReady);
  try {
    for (let position = o.fromOffset; position < o.toOffset; ) {
      o.signal?.throwIfAborted();
      const chunk = subscription.take();
      if (chunk !== undefined) {
        position = offsetAfter(chunk.bytes, position);
        yield chunk;
        continue;
      }
      if (subscription.error !== undefined) throw subscription.error;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    o.signal?.removeEventListener('abort', onReady);
    subscription.close();
  }
}
