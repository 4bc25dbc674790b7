import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiFixture, makeApi } from './api.fixture.ts';
import { UNSENT_BYTES_MAX } from './stream-client.ts';

let api: ApiFixture;
let base: string;

beforeEach(async () => {
  api = makeApi();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/api/v1/stream`;
});

afterEach(() => api.close());

interface Event {
  id?: string;
  event?: string;
  data?: string;
}

/** Listens as a browser does: keeps the last id, dispatches what has data. */
async function listen(query = '', lastEventId?: string) {
  const stop = new AbortController();
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const answer = await fetch(`${base}?${query}`, { headers, signal: stop.signal });
  const events: Event[] = [];
  const listener = { answer, events, lastId: lastEventId, ended: false, stop: () => stop.abort() };
  const reading = (async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of answer.body!) {
      text += decoder.decode(part, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) take(block);
    }
    listener.ended = true;
  })().catch(() => {});
  function take(block: string) {
    const event: Event = {};
    for (const line of block.split('\n')) {
      const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined) event[name as keyof Event] = value!;
    }
    if (event.id !== undefined) listener.lastId = event.id;
    if (event.data !== undefined) events.push(event);
  }
  return Object.assign(listener, { reading });
}

const endsOf = (events: Event[]) => events.map(({ data }) => JSON.parse(data!).window_end);

test('rows come as they are stored, with ids that name database and sequence', async () => {
  const listener = await listen('symbol=ACME');
  expect(listener.answer.headers.get('content-type')).toContain('text/event-stream');
  api.put({ window_end: 1 }, { window_end: 2, symbol: 'OTHER' });
  api.put({ window_end: 3 });
  await expect.poll(() => endsOf(listener.events)).toEqual([1, 3]);
  expect(listener.events.map(({ id }) => id)).toEqual([
    `${api.store.databaseId}-1`,
    `${api.store.databaseId}-3`,
  ]);
  listener.stop();
});

test('a listener that comes back with its last id gets what it missed, once, in order', async () => {
  api.put(...Array.from({ length: 1_500 }, (_, index) => ({ window_end: index + 1 })));
  const first = await listen('', `${api.store.databaseId}-1000`);
  api.put({ window_end: 5_000 });
  await expect.poll(() => first.events.length).toBe(501);
  first.stop();
  api.put({ window_end: 1, revision: 2 }, { window_end: 5_001 });
  const second = await listen('', first.lastId);
  api.put({ window_end: 5_002 });
  await expect.poll(() => endsOf(second.events)).toEqual([1, 5_001, 5_002]);
  const sequences = [...first.events, ...second.events].map(({ id }) => Number(id!.split('-')[1]));
  expect(sequences).toEqual(Array.from({ length: 504 }, (_, index) => 1_001 + index));
  second.stop();
});

test('rows stored while a resume is under way are neither lost nor doubled', async () => {
  api.put(...Array.from({ length: 20_000 }, (_, index) => ({ window_end: index + 1 })));
  const listener = await listen('', `${api.store.databaseId}-0`);
  for (let index = 0; index < 50; index += 1) {
    api.put({ window_end: 100_000 + index });
    await new Promise(setImmediate);
  }
  await expect.poll(() => listener.events.length, { timeout: 10_000 }).toBe(20_050);
  const sequences = listener.events.map(({ id }) => Number(id!.split('-')[1]));
  expect(sequences).toEqual(Array.from({ length: 20_050 }, (_, index) => index + 1));
  listener.stop();
});

test('what is no longer in memory comes from the database, for all who ask alike, without a gap or a double', async () => {
  await api.close();
  const folder = mkdtempSync(join(tmpdir(), 'stream-'));
  const path = join(folder, 'averages.sqlite');
  const earlier = makeApi({ path });
  earlier.put(
    ...Array.from({ length: 12_000 }, (_, index) => ({
      window_end: index + 1,
      symbol: index % 3 === 0 ? 'ACME' : 'OTHER',
    })),
  );
  await earlier.close();
  api = makeApi({ path });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/api/v1/stream`;
  const id = `${api.store.databaseId}-600`;
  const listeners = await Promise.all([
    ...Array.from({ length: 20 }, () => listen('symbol=ACME', id)),
    listen('', id),
  ]);
  // Rows come all the while, among them corrections of rows that are still to be read: each comes once, as it is then.
  const [first] = listeners;
  const everything = listeners.at(-1)!;
  let added = 0;
  for (
    const isLive = () => endsOf(everything.events.slice(-50)).some((end) => end >= 100_000);
    !isLive();
    added += 1
  ) {
    api.put({ window_end: 100_000 + added });
    if (added % 5 === 0) api.put({ window_end: 11_971 - 3 * (added % 500), revision: 2 + added });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  api.put({ window_end: 999_999 });
  const done = () => listeners.filter(({ events }) => endsOf(events).at(-1) === 999_999).length;
  await expect.poll(done, { timeout: 20_000, interval: 200 }).toBe(21);
  const sequences = everything.events.map(({ id: each }) => Number(each!.split('-')[1]));
  expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  const ends = new Set(endsOf(everything.events));
  expect(ends.size).toBe(12_000 - 600 + added + 1);
  for (const { events } of listeners.slice(0, 20)) {
    expect(new Set(endsOf(events)).size).toBe(4_000 - 200 + added + 1);
    expect(events.at(-1)).toEqual(first!.events.at(-1));
  }
  for (const listener of listeners) listener.stop();
  await api.close();
  rmSync(folder, { recursive: true });
  api = makeApi();
});

test('a connection lost before the first row resumes without a gap: the greeting carries an id', async () => {
  const first = await listen();
  await expect.poll(() => first.lastId).toBe(`${api.store.databaseId}-0`);
  first.stop();
  await first.reading;
  api.put({ window_end: 1 });
  const second = await listen('', first.lastId);
  await expect.poll(() => endsOf(second.events)).toEqual([1]);
  second.stop();
});

test.each(['deadbeef0000-5', 'nonsense', '-', 'FF-1'])(
  'an id of another database (%s) answers with reset',
  async (id) => {
    api.put({ window_end: 1 });
    const listener = await listen('', id);
    api.put({ window_end: 2 });
    await expect.poll(() => listener.events.length).toBe(2);
    expect(listener.events[0]).toMatchObject({ event: 'reset', id: `${api.store.databaseId}-1` });
    expect(endsOf(listener.events.slice(1))).toEqual([2]);
    listener.stop();
  },
);

test('a sequence that was never given out answers with reset', async () => {
  const listener = await listen('', `${api.store.databaseId}-77`);
  await expect.poll(() => listener.events[0]?.event).toBe('reset');
  listener.stop();
});

test('listeners are told when the rows were dropped', async () => {
  const listener = await listen();
  api.put({ window_end: 1 });
  api.store.transaction(() => api.store.resetTopic('averages', 'averages'));
  api.put({ window_end: 2 });
  await expect.poll(() => listener.events.length).toBe(3);
  expect(listener.events.map(({ event }) => event)).toEqual([undefined, 'reset', undefined]);
  expect(listener.events.slice(1).map(({ id }) => id)).toEqual([
    `${api.store.databaseId}-1`,
    `${api.store.databaseId}-2`,
  ]);
  listener.stop();
});

test('a burst does not cost a listener its connection', async () => {
  const listener = await listen();
  api.put(...Array.from({ length: 4_000 }, (_, index) => ({ window_end: index + 1 })));
  api.put({ window_end: 9_999 });
  await expect.poll(() => listener.events.length, { timeout: 10_000 }).toBe(4_001);
  expect(listener.ended).toBe(false);
  listener.stop();
});

/** A listener whose connection takes nothing until it is resumed. */
async function listenWithoutReading() {
  const { port } = api.app.server.address() as AddressInfo;
  const before = api.hub.clients;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  await expect.poll(() => api.hub.clients).toBe(before + 1);
  return socket;
}

function firstResponse(): () => ServerResponse | undefined {
  let found: ServerResponse | undefined;
  api.app.server.prependOnceListener('request', (_request, response: ServerResponse) => {
    found = response;
  });
  return () => found;
}

/** The windows that are sent over and over are few, so what waits in the end is little. */
async function putRounds(rounds: number, until = () => false) {
  for (let round = 1; round <= rounds && !until(); round += 1) {
    api.put(...Array.from({ length: 100 }, (_, index) => ({ window_end: index + 1, revision: round })));
    await new Promise(setImmediate);
  }
}

test('a row is written out once, and all listeners of its symbol are given the same bytes', async () => {
  const written: unknown[] = [];
  api.app.server.prependListener('request', (_request, response: ServerResponse) => {
    const write = response.write.bind(response) as (chunk: unknown) => boolean;
    response.write = (chunk: unknown) => {
      if (Buffer.isBuffer(chunk)) written.push(chunk);
      return write(chunk);
    };
  });
  const listeners = [await listen('symbol=ACME'), await listen('symbol=ACME'), await listen('symbol=OTHER')];
  await expect.poll(() => api.hub.clients).toBe(3);
  api.put({ window_end: 1 }, { window_end: 2 });
  await expect.poll(() => listeners.map(({ events }) => events.length)).toEqual([2, 2, 0]);
  expect(written).toHaveLength(2);
  expect(written[0]).toBe(written[1]);
  for (const listener of listeners) listener.stop();
});

test('a listener that stops reading holds little memory, costs others nothing, and gets the newest of each window when it reads on', async () => {
  const response = firstResponse();
  const socket = await listenWithoutReading();
  const other = await listen();
  await putRounds(400);
  await expect.poll(() => other.events.length, { timeout: 20_000 }).toBe(40_000);
  expect(response()!.writableLength).toBeGreaterThan(0);
  expect(response()!.writableLength).toBeLessThanOrEqual(UNSENT_BYTES_MAX + 64 * 1024);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.resume();
  await expect.poll(() => text.includes(`id: ${other.lastId}\n`)).toBe(true);
  const ids = [...text.matchAll(/^id: [0-9a-f]+-([0-9]+)$/gm)].map(([, id]) => Number(id)).slice(1);
  const rows = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!));
  expect(ids).toHaveLength(rows.length);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(new Set(ids).size).toBe(ids.length);
  expect(rows.length).toBeLessThan(40_000); // superseded revisions were left out …
  const newest = new Map(rows.map(({ window_end, revision }) => [window_end, revision]));
  expect([...newest.values()]).toEqual(Array.from({ length: 100 }, () => 400)); // … and no newest one
  socket.destroy();
  other.stop();
});

test('a listener that takes nothing for too long is closed, and told why', async () => {
  await api.close();
  api = makeApi({ stalledMs: 200 });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const response = firstResponse();
  const socket = await listenWithoutReading();
  await putRounds(5_000, () => response()!.writableEnded);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.resume();
  await expect.poll(() => text.includes('event: closed\n')).toBe(true);
  expect(text).toContain('data: {"reason":"took nothing for 0.2 s: come back with the last id"}\n\n');
  await expect.poll(() => api.hub.clients).toBe(0);
  socket.destroy();
});

test('a listener that takes nothing at all is cut off', async () => {
  await api.close();
  api = makeApi({ stalledMs: 200 });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = await listenWithoutReading();
  await putRounds(5_000, () => api.hub.clients === 0);
  expect(api.hub.clients).toBe(0);
  socket.destroy();
});

test('stopping ends the streams in order, and says so', async () => {
  const listener = await listen();
  api.hub.stop();
  await listener.reading;
  expect(listener.ended).toBe(true);
  expect(listener.events).toEqual([{ event: 'closed', data: '{"reason":"the sink is stopping"}' }]);
});
