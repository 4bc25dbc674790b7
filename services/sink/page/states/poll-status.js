import { fetchStatus } from '../api.js';

/** @import { Status } from '../types.d.ts' */

/** A change of the replicas is on the page within two of these: the sink asks Kafka anew after half a second. */
const POLL_MS = 1_000;

/**
 * Asks for the pipeline's status again and again, while somebody can see the page; undefined when the sink does not answer.
 * @param {(status: Status | undefined) => void} onStatus
 */
export async function pollStatus(onStatus) {
  for (;;) {
    onStatus(await fetchStatus().catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) await untilSeen();
  }
}

function untilSeen() {
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}
