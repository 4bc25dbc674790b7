import type { ServerResponse } from 'node:http';
import type { Store } from '../store/open-store.ts';
import type { StoredAverage } from '../store/stored-average.ts';

/** Which rows a client wants; undefined: all. */
export interface StreamFilter {
  symbol: string | undefined;
  window: string | undefined;
}

/** A client that reads too slowly is closed: it comes back with its last id and misses nothing. */
export const UNSENT_BYTES_MAX = 256 * 1024;
/** A larger burst is read from the store piece by piece as the client takes it, so that a fast client survives it. */
const BURST_CHARACTERS_MAX = 64 * 1024;
const ROWS_PER_READ = 200;
/** How long a client that is being caught up may take nothing. */
const STALLED_MS = 10_000;

/**
 * One listener of the stream. It is either *behind*, and then reads rows of higher sequence from the store as fast
 * as the socket takes them, or *live*, and then is handed each transaction's rows.
 *
 *     behind ─► live      read up to the store's newest sequence
 *     live ─► behind      a burst too large for the socket
 *     any ─► closed
 *
 * The change to live happens in the same turn of the event loop as the read that found nothing newer: no gap, no double.
 */
export class StreamClient {
  readonly #store: Store;
  readonly #filter: StreamFilter;
  readonly #response: ServerResponse;
  readonly #eventOf: (row: StoredAverage) => string;
  #databaseId: string;
  #sequence: number;
  #isLive = false;
  #isReading = false;
  #isClosed = false;
  #stalled: NodeJS.Timeout | undefined;

  constructor(o: {
    store: Store;
    filter: StreamFilter;
    response: ServerResponse;
    eventOf: (row: StoredAverage) => string;
    lastEventId: string | undefined;
  }) {
    this.#store = o.store;
    this.#filter = o.filter;
    this.#response = o.response;
    this.#eventOf = o.eventOf;
    this.#databaseId = o.store.databaseId;
    this.#sequence = o.store.sequence;
    o.response.on('drain', () => this.#catchUp());
    this.#greet(o.lastEventId);
    this.#catchUp();
  }

  /** Rows of a transaction that is durable. `eventOf` may keep what it made: clients are handed the same rows. */
  publish(rows: StoredAverage[]): void {
    this.noticeReset(rows[0]!.sequence - 1);
    if (!this.#isLive || this.#isClosed) return;
    let text = '';
    for (const row of rows) {
      if (this.#matches(row)) text += this.#eventOf(row);
      if (text.length > BURST_CHARACTERS_MAX) {
        this.#isLive = false;
        this.#catchUp();
        return;
      }
    }
    this.#sequence = rows.at(-1)!.sequence;
    if (text !== '') this.#response.write(text);
    if (this.#response.writableLength > UNSENT_BYTES_MAX) this.close();
  }

  /** Says so when the rows were dropped and the database has another id; rows above `sequence` are still to come. */
  noticeReset(sequence = this.#store.sequence): void {
    if (this.#databaseId === this.#store.databaseId || this.#isClosed) return;
    this.#databaseId = this.#store.databaseId;
    this.#sequence = sequence;
    this.#sendReset();
  }

  /** A comment keeps proxies from ending the connection; the id lets a quiet listener resume from here. */
  heartbeat(): void {
    this.noticeReset();
    if (this.#isClosed) return;
    const id = this.#isLive ? `id: ${this.#databaseId}-${this.#sequence}\n` : '';
    this.#response.write(`: heartbeat\n${id}\n`);
    if (this.#response.writableLength > UNSENT_BYTES_MAX) this.close();
  }

  /** Ends in order: what is on its way still arrives, unless the client takes nothing. */
  end(): void {
    this.#finish();
    this.#response.end();
  }

  close(): void {
    this.#finish();
    this.#response.destroy();
  }

  /** The connection is gone. */
  closed(): void {
    this.#finish();
  }

  #finish(): void {
    this.#isClosed = true;
    clearTimeout(this.#stalled);
  }

  #greet(lastEventId: string | undefined): void {
    this.#response.write('retry: 1000\n');
    if (lastEventId === undefined) {
      // An id without data is no event, but a browser keeps it: a connection lost before the first row resumes here.
      this.#response.write(`id: ${this.#databaseId}-${this.#sequence}\n\n`);
      return;
    }
    const [, databaseId, sequence] = /^([0-9a-f]+)-([0-9]{1,15})$/.exec(lastEventId) ?? [];
    if (databaseId === this.#databaseId && Number(sequence) <= this.#sequence) {
      this.#sequence = Number(sequence);
      this.#response.write('\n');
    } else {
      this.#response.write('\n');
      this.#sendReset();
    }
  }

  /** The ids that the client knows mean nothing here: it must fetch anew, and gets what comes from now on. */
  #sendReset(): void {
    const database = this.#databaseId;
    this.#response.write(
      `event: reset\nid: ${database}-${this.#sequence}\ndata: {"database":"${database}"}\n\n`,
    );
  }

  #catchUp(): void {
    if (this.#isLive || this.#isReading || this.#isClosed) return;
    clearTimeout(this.#stalled);
    if (this.#response.writableNeedDrain) {
      this.#stalled = setTimeout(() => this.close(), STALLED_MS);
      return;
    }
    this.noticeReset();
    const { symbol, window } = this.#filter;
    const { rows, upTo } = this.#store.reads.averages.after(this.#sequence, ROWS_PER_READ, symbol, window);
    if (rows.length > 0) this.#response.write(rows.map(this.#eventOf).join(''));
    this.#sequence = Math.min(upTo, this.#store.sequence);
    if (upTo >= this.#store.sequence) {
      this.#isLive = true;
      return;
    }
    this.#isReading = true;
    setImmediate(() => {
      this.#isReading = false;
      this.#catchUp();
    });
  }

  #matches(row: StoredAverage): boolean {
    const { symbol, window } = this.#filter;
    return (symbol === undefined || row.symbol === symbol) && (window === undefined || row.window === window);
  }
}
