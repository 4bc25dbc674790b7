import type { ServerResponse } from 'node:http';
import { isSettled, type SettledRules } from '../history/settled.ts';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import { eventText } from './event-text.ts';
import { StreamClient, type StreamFilter } from './stream-client.ts';

/** Below what proxies take for a dead connection (commonly 30 to 60 s). */
const HEARTBEAT_MS = 15_000;
/** With 256 KiB each: what the process may hold for listeners. */
export const CLIENTS_MAX = 500;

/** The listeners of the stream. */
export interface StreamHub {
  readonly clients: number;
  /** Takes over a response whose head is written. */
  add(response: ServerResponse, filter: StreamFilter, lastEventId: string | undefined): void;
  publish(rows: StoredAverage[]): void;
  /** Tells the listeners when the rows were dropped. */
  noticeReset(): void;
  /** Ends every stream in order. */
  stop(): void;
}

export function createStreamHub(o: { store: Store; settledRules: () => SettledRules }): StreamHub {
  const clients = new Set<StreamClient>();
  const made = new WeakMap<StoredAverage, string>();
  const timer = setInterval(() => {
    for (const client of clients) client.heartbeat();
  }, HEARTBEAT_MS);
  timer.unref();

  /** Made once per row, however many listeners there are. */
  function eventOf(row: StoredAverage): string {
    let text = made.get(row);
    if (text === undefined) {
      text = eventText(o.store.databaseId, row, isSettled(o.settledRules(), row));
      made.set(row, text);
    }
    return text;
  }

  return {
    get clients() {
      return clients.size;
    },
    add(response, filter, lastEventId) {
      const client = new StreamClient({ store: o.store, filter, response, eventOf, lastEventId });
      clients.add(client);
      response.on('close', () => {
        client.closed();
        clients.delete(client);
      });
      response.on('error', () => client.closed());
    },
    publish(rows) {
      for (const client of clients) client.publish(rows);
    },
    noticeReset() {
      for (const client of clients) client.noticeReset();
    },
    stop() {
      clearInterval(timer);
      for (const client of clients) client.end();
    },
  };
}
