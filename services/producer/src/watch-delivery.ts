import type { Health } from '@meanwhile/service';

const CHECK_MS = 500;

export interface DeliveryWatch {
  /** An attempt to deliver failed; it will be tried again. */
  onRetry(error: Error): void;
  stop(): void;
}

/** Not ready from a failed attempt on until records are acknowledged again: what is sent meanwhile only waits. */
export function watchDelivery(o: {
  health: Health;
  progress: () => number;
  pending: () => number;
  checkMs?: number;
}): DeliveryWatch {
  let acknowledgedAtRetry: number | undefined;
  const timer = setInterval(() => {
    if (acknowledgedAtRetry === undefined) return;
    if (o.progress() === acknowledgedAtRetry && o.pending() > 0) return;
    acknowledgedAtRetry = undefined;
    o.health.setReady();
  }, o.checkMs ?? CHECK_MS);
  return {
    onRetry(error) {
      acknowledgedAtRetry = o.progress();
      o.health.setNotReady(`records are waiting: ${error.message}`);
    },
    stop: () => clearInterval(timer),
  };
}
