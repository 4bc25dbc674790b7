import type { ServerResponse } from 'node:http';
import type { RecentEvents, StreamFilter } from './recent-events.ts';

/** What may wait for one listener in this process; then it is handed no more until it has taken it. */
export const UNSENT_BYTES_MAX = 256 * 1024;
/** A listener who is behind is given this much at a time. */
const PIECE_BYTES_MAX = 64 * 1024;
/** A database that is too busy to be asked is asked again. */
const RETRY_MS = 250;
/** For the reason to arrive. */
const LAST_WORDS_MS = 2_000;

export interface StreamSource {
  recent: RecentEvents;
  /** Events of the database above a sequence, of one filter; all of them up to `upTo`. */
  read(sequence: number, filter: StreamFilter): Promise<{ bytes: Uint8Array; upTo: number }>;
  isKnown(sequence: number): boolean;
  /** The listener has everything: it is given what comes. */
  onLive(client: StreamClient): void;
}

/**
 * One listener of the stream. It is either *live*, and then is handed the same bytes as all others of its filter,
 * or *behind*, and then takes rows of higher sequence as fast as its connection does: from memory where they are
 * still there, else from the database, which has the newest revision of each window only.
 *
 *     behind ─► live      given all up to the newest sequence
 *     live ─► behind      more than UNSENT_BYTES_MAX wait for it, or a burst came that is larger than a piece
 *     any ─► closed       it went away, took nothing for too long, or the sink stops
 *
 * The change to live happens in the turn of the event loop in which nothing newer was found: no gap, no double.
 */
export class StreamClient {
  readonly filter: StreamFilter;
  readonly #source: StreamSource;
  readonly #response: ServerResponse;
  #state: 'live' | 'behind' | 'closed' = 'behind';
  /** Given up to here; of a live one, the newest. */
  #sequence: number;
  #isCatchingUp = false;
  #takenBytes = 0;
  #takenMs: number;

  constructor(o: {
    source: StreamSource;
    filter: StreamFilter;
    response: ServerResponse;
    lastEventId: string | undefined;
    nowMs: number;
  }) {
    this.#source = o.source;
    this.filter = o.filter;
    this.#response = o.response;
    this.#sequence = o.source.recent.head;
    this.#takenMs = o.nowMs;
    o.response.on('drain', () => void this.#catchUp());
    this.#greet(o.lastEventId);
    void this.#catchUp();
  }

  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** Events that all live listeners of this filter get; afterwards they have everything up to the head. */
  deliver(bytes: Buffer): void {
    if (this.#state !== 'live') return;
    this.#response.write(bytes);
    if (this.#response.writableLength > UNSENT_BYTES_MAX) this.fallBehind(this.#source.recent.head);
  }

  /** From now on it fetches what lies above the sequence itself. */
  fallBehind(sequence: number): void {
    if (this.#state !== 'live') return;
    this.#state = 'behind';
    this.#sequence = sequence;
    void this.#catchUp();
  }

  /** The ids that the listener knows mean nothing any more: it must fetch anew, and gets what comes from now on. */
  reset(): void {
    if (this.#state === 'closed') return;
    this.#sequence = this.#source.recent.head;
    this.#sayReset();
    if (this.#response.writableLength > UNSENT_BYTES_MAX) this.fallBehind(this.#sequence);
  }

  /** How long it has taken nothing although something waits for it, ms. */
  stalledMs(nowMs: number): number {
    const { socket } = this.#response;
    const takenBytes = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
    if (takenBytes !== this.#takenBytes || this.#response.writableLength === 0) this.#takenMs = nowMs;
    this.#takenBytes = takenBytes;
    return nowMs - this.#takenMs;
  }

  /** Says why, and ends in order: what is on its way still arrives, unless the listener takes nothing. */
  end(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#response.end(`event: closed\ndata: ${JSON.stringify({ reason })}\n\n`);
    setTimeout(() => this.#response.destroy(), LAST_WORDS_MS).unref();
  }

  /** The connection is gone. */
  closed(): void {
    this.#state = 'closed';
  }

  #greet(lastEventId: string | undefined): void {
    const { recent } = this.#source;
    this.#response.write('retry: 1000\n');
    if (lastEventId === undefined) {
      // An id without data is no event, but a browser keeps it: a connection lost before the first row resumes here.
      this.#response.write(`id: ${recent.databaseId}-${this.#sequence}\n\n`);
      return;
    }
    this.#response.write('\n');
    const [, databaseId, sequence] = /^([0-9a-f]+)-([0-9]{1,15})$/.exec(lastEventId) ?? [];
    const isKnown = databaseId === recent.databaseId && this.#source.isKnown(Number(sequence));
    if (isKnown) this.#sequence = Number(sequence);
    else this.#sayReset();
  }

  #sayReset(): void {
    const database = this.#source.recent.databaseId;
    this.#response.write(
      `event: reset\nid: ${database}-${this.#sequence}\ndata: {"database":"${database}"}\n\n`,
    );
  }

  async #catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    // Writing may make the response say at once that it drained, which asks for this again.
    this.#isCatchingUp = true;
    try {
      while (this.#state === 'behind' && !this.#response.writableNeedDrain) {
        if (this.#source.recent.covers(this.#sequence)) this.#takeRecent();
        else await this.#takeStored();
      }
    } finally {
      this.#isCatchingUp = false;
    }
  }

  #takeRecent(): void {
    const { recent } = this.#source;
    const { pieces, upTo } = recent.after(this.#sequence, this.filter, PIECE_BYTES_MAX);
    this.#sequence = upTo;
    // In one piece: many small ones in a corked response leave it waiting for a drain that never comes.
    if (pieces.length > 0) this.#response.write(Buffer.concat(pieces));
    if (upTo < recent.head) return;
    this.#state = 'live';
    this.#source.onLive(this);
  }

  async #takeStored(): Promise<void> {
    const { databaseId } = this.#source.recent;
    try {
      const { bytes, upTo } = await this.#source.read(this.#sequence, this.filter);
      if (this.#state !== 'behind' || databaseId !== this.#source.recent.databaseId) return;
      this.#sequence = upTo;
      if (bytes.length > 0) this.#response.write(bytes);
    } catch {
      // Too busy, or ending, and said so where it happened; the listener waits for another try.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
