import { createEventParser } from './event-parser.js';

/** @import { Connection, Row } from '../types.d.ts' */

/** Between tries: twice as long each time. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** The sink beats every 15 s: after so long without a byte the connection is dead, whatever the system says. */
const SILENCE_MS = 40_000;

/**
 * Listens to all windows of a symbol, and comes back behind the last row it got. `onOpen`: the stream begins, rows
 * fetched from then on overlap with it, so nothing is missed. `onReset`: what was shown is of another database.
 *
 * Not an EventSource, which neither tells when it tries again nor notices a connection that died in silence.
 * @param {string} symbol
 * @param {{
 *   onRow: (row: Row) => void,
 *   onOpen: () => void,
 *   onReset: () => void,
 *   onConnection: (connection: Connection) => void,
 * }} on
 * @returns {() => void} ends it
 */
export function openStream(symbol, on) {
  const path = `api/v1/stream?${new URLSearchParams({ symbol })}`;
  const ending = new AbortController();
  let lastId = '';
  let attempt = 0;
  /** @type {() => void} */
  let tryNow = () => {};

  async function listen() {
    while (!ending.signal.aborted) {
      const retryAfterMs = await connection().catch(() => 0);
      if (ending.signal.aborted) return;
      attempt += 1;
      await pause(Math.max(retryAfterMs, pauseOf(attempt)));
      if (!ending.signal.aborted) on.onConnection({ state: 'reconnecting', attempt, nextTryMs: null });
    }
  }

  /**
   * One connection, to its end.
   * @returns {Promise<number>} how long the sink asks us to wait, ms
   */
  async function connection() {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const signal = AbortSignal.any([ending.signal, silence.signal]);
    try {
      const headers = lastId === '' ? {} : { 'Last-Event-ID': lastId };
      const response = await fetch(path, { headers, signal, cache: 'no-store' });
      if (!response.ok || !response.body) return 1_000 * Number(response.headers.get('retry-after') ?? 0);
      attempt = 0;
      on.onConnection({ state: 'open' });
      if (lastId === '') on.onOpen();
      const parser = createEventParser({ onEvent: take, onId: (id) => (lastId = id) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return 0;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        parser.feed(value);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {string} type
   * @param {string} text
   */
  function take(type, text) {
    if (ending.signal.aborted) return;
    if (type === 'message') on.onRow(JSON.parse(text));
    else if (type === 'reset') on.onReset();
  }

  /**
   * Shorter when somebody has reason to think that it works now.
   * @param {number} ms
   */
  async function pause(ms) {
    on.onConnection({ state: 'reconnecting', attempt, nextTryMs: Date.now() + ms });
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      tryNow = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  const retry = () => tryNow();
  addEventListener('online', retry);
  void listen();
  return () => {
    removeEventListener('online', retry);
    ending.abort();
    tryNow();
  };
}

/**
 * With a part left to chance: pages that lost the same sink do not come back in one moment.
 * @param {number} attempt 1, 2, 3, …
 */
function pauseOf(attempt) {
  return Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (attempt - 1)) * (0.8 + 0.2 * Math.random());
}
