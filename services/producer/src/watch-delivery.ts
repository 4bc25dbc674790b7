import type { Health } from '@meanwhile/service';

const CHECK_MS = 500;
/** A broker that hangs gives no error for long; one that is only slow acknowledges something within this. */
const STALLED_MS = 5_000;

export interface DeliveryWatch {
  /** An attempt to deliver failed; it will be tried again. */
  onRetry(error: Error): void;
  /** Failed attempts so far. */
  readonly retries: number;
  /** When new acknowledgements were last seen, ms since the epoch, to half a second; undefined before the first. */
  readonly lastAcknowledgedMs: number | undefined;
  stop(): void;
}

/**
 * Not ready from a failed attempt on, or when nothing was acknowledged for a while, until records are acknowledged again:
 * what is sent meanwhile only waits.
 */
export function watchDelivery(o: {
  health: Health;
  acknowledged: () => number;
  pending: () => number;
}): DeliveryWatch {
  let isWaiting = false;
  let seen = 0;
  let quietMs = 0;
  let noted = 0;
  let retries = 0;
  let lastAcknowledgedMs: number | undefined;
  const wait = (reason: string) => {
    isWaiting = true;
    o.health.setNotReady(`records are waiting: ${reason}`);
  };
  const timer = setInterval(() => {
    const acknowledged = o.acknowledged();
    if (acknowledged !== noted) lastAcknowledgedMs = Date.now();
    noted = acknowledged;
    if (acknowledged !== seen || o.pending() === 0) {
      seen = acknowledged;
      quietMs = 0;
      if (isWaiting) o.health.setReady();
      isWaiting = false;
      return;
    }
    quietMs += CHECK_MS;
    if (!isWaiting && quietMs >= STALLED_MS) wait(`nothing was acknowledged for ${STALLED_MS / 1_000} s`);
  }, CHECK_MS);
  return {
    onRetry(error) {
      retries++;
      seen = o.acknowledged();
      wait(error.message);
    },
    get retries() {
      return retries;
    },
    get lastAcknowledgedMs() {
      return lastAcknowledgedMs;
    },
    stop: () => clearInterval(timer),
  };
}
