import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiFixture, makeApi } from './api.fixture.ts';

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

test('a listener that does not read is closed, its memory bounded', async () => {
  const { port } = api.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  await expect.poll(() => api.hub.clients).toBe(1);
  for (let round = 0; round < 2_000 && api.hub.clients === 1; round += 1) {
    api.put(...Array.from({ length: 100 }, (_, index) => ({ window_end: round * 100 + index })));
    await new Promise(setImmediate);
  }
  await expect.poll(() => api.hub.clients).toBe(0);
  socket.destroy();
});

test('stopping ends the streams in order', async () => {
  const listener = await listen();
  api.hub.stop();
  await listener.reading;
  expect(listener.ended).toBe(true);
});
