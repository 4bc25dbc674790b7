import type { RefusedRecord } from '@meanwhile/averages';
import { floodLog, type Log } from '@meanwhile/service';

/** Of a key in the log: it may be anything, of any length. */
const LOGGED_KEY_BYTES_MAX = 100;

/** Names where a dead letter came from and why; what stood in it is in the dead letter. */
export function refusalLog(log: Log, topic: string) {
  const flood = floodLog({ log, what: 'dead letters' });
  return {
    note: ({ partition, offset, reason, key }: RefusedRecord) =>
      flood.warn(() => ({
        fields: { topic, partition, offset, key: key && keyText(key), reason },
        message: `dead letter: ${reason}`,
      })),
    flush: () => flood.flush(),
  };
}

function keyText(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, LOGGED_KEY_BYTES_MAX)).toString('utf8');
}
