import type { ServerResponse } from 'node:http';
import type { History } from '../history/open-history.ts';
import type { SettledRules } from '../history/settled.ts';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import { RecentEvents, type StreamFilter } from './recent-events.ts';
import { StreamClient, type StreamSource } from './stream-client.ts';
import { StreamGroups } from './stream-groups.ts';

/** Below what proxies take for a dead connection (commonly 30 to 60 s). */
const HEARTBEAT_MS = 15_000;
/** A listener who takes nothing for this long is closed: it comes back with its last id and misses nothing. */
const STALLED_MS = 15_000;
const STALL_CHECK_MS = 5_000;
/** With 256 KiB each: what the process may hold for listeners who do not read. */
export const CLIENTS_MAX = 2_000;
/** A larger burst is taken by each listener piece by piece, so that a fast one survives it. */
const BURST_BYTES_MAX = 64 * 1024;
const ROWS_PER_READ = 200;

/** The listeners of the stream. */
export interface StreamHub {
  readonly clients: number;
  /** Takes over a response whose head is written. */
  add(response: ServerResponse, filter: StreamFilter, lastEventId: string | undefined): void;
  /** Rows of a transaction that is durable. */
  publish(rows: StoredAverage[]): void;
  /** Tells the listeners when the rows were dropped. */
  noticeReset(): void;
  /** Ends every stream in order. */
  stop(): void;
}

export function createStreamHub(o: {
  store: Store;
  history: History;
  settledRules: () => SettledRules;
  stalledMs?: number;
}): StreamHub {
  const { store, history, settledRules } = o;
  const stalledMs = o.stalledMs ?? STALLED_MS;
  const { databaseId, sequence } = store;
  const recent = new RecentEvents({ databaseId, sequence, settledRules });
  const clients = new Set<StreamClient>();
  const groups = new StreamGroups();
  const reads = new Map<string, ReturnType<StreamSource['read']>>();
  const source: StreamSource = {
    recent,
    isKnown: (sequence) => sequence <= store.sequence,
    onLive: (client) => groups.add(client),
    read,
  };
  const timers = [
    setInterval(heartbeat, HEARTBEAT_MS),
    setInterval(endStalled, Math.min(STALL_CHECK_MS, stalledMs)),
  ];
  for (const timer of timers) timer.unref();

  /** Listeners who come back together ask the same: the database is asked once. */
  function read(sequence: number, filter: StreamFilter): ReturnType<StreamSource['read']> {
    const head = recent.head;
    const key = JSON.stringify([filter.symbol, filter.window, sequence, head, recent.databaseId]);
    let asked = reads.get(key);
    if (asked === undefined) {
      asked = askHistory(sequence, head, filter).finally(() => reads.delete(key));
      reads.set(key, asked);
    }
    return asked;
  }

  async function askHistory(sequence: number, head: number, filter: StreamFilter) {
    const range = { databaseId: recent.databaseId, sequence, head, limit: ROWS_PER_READ };
    const { body, upTo } = await history.ask({ kind: 'events', ...range, ...filter, rules: settledRules() });
    return { bytes: body, upTo };
  }

  function publish(rows: StoredAverage[]): void {
    noticeReset(rows[0]!.sequence - 1);
    const before = recent.head;
    for (const { clients: live, events } of groups.sorted(recent.add(rows))) {
      const bytes = Buffer.concat(events.map((event) => recent.bytesOf(event)));
      for (const client of live) {
        if (bytes.length > BURST_BYTES_MAX) client.fallBehind(before);
        else client.deliver(bytes);
        if (!client.isLive) live.delete(client);
      }
    }
  }

  function noticeReset(sequence = store.sequence): void {
    if (recent.databaseId === store.databaseId) return;
    recent.reset(store.databaseId, sequence);
    for (const client of clients) client.reset();
  }

  function heartbeat(): void {
    noticeReset();
    const bytes = Buffer.from(`: heartbeat\nid: ${recent.databaseId}-${recent.head}\n\n`);
    // A comment keeps proxies from ending the connection; the id lets a quiet listener resume from here.
    for (const client of clients) client.deliver(bytes);
  }

  function endStalled(): void {
    const nowMs = performance.now();
    for (const client of clients) {
      if (client.stalledMs(nowMs) < stalledMs) continue;
      client.end(`took nothing for ${stalledMs / 1_000} s: come back with the last id`);
    }
  }

  return {
    get clients() {
      return clients.size;
    },
    add(response, filter, lastEventId) {
      noticeReset();
      const client = new StreamClient({ source, response, filter, lastEventId, nowMs: performance.now() });
      clients.add(client);
      response.on('close', () => {
        client.closed();
        clients.delete(client);
        groups.remove(client);
      });
      response.on('error', () => client.closed());
    },
    publish,
    noticeReset: () => noticeReset(),
    stop() {
      for (const timer of timers) clearInterval(timer);
      for (const client of clients) client.end('the sink is stopping');
    },
  };
}
