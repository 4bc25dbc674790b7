import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { linkOpener } from './broker-link.ts';
import { clientCode } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Request } from './request.ts';
import { type StubRequest, startStubBroker } from './stub-broker.test-kit.ts';
import { Writer } from './wire.ts';

const FETCH = 1;
const OTHER = 3;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const numberBody = (value: number) => new Writer().int32(value).written;

/** A request whose answer is one number. */
function ask(apiKey: number): Request<number> {
  return {
    apiKey,
    apiVersion: 0,
    apiName: `Request${apiKey}`,
    isFlexible: false,
    encode: (writer) => writer.int32(0),
    decode: (reader) => reader.int32(),
  };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function linkTo(
  onRequest: (request: StubRequest) => void,
  options: { sessionLifetimeMs?: number; settings?: Partial<KafkaSettings> } = {},
) {
  const broker = await startStubBroker(onRequest, options.sessionLifetimeMs);
  const open = linkOpener({ brokers: ['unused:1'], clientId: 'test', ...options.settings }, silent);
  const link = await open(broker);
  closing.push(
    () => broker.close(),
    () => link.close(),
  );
  return { broker, link };
}

describe('a link to a broker', () => {
  test('opens one socket for Fetch and one for all else, however many ask at once', async () => {
    const { broker, link } = await linkTo((request) => request.answer(numberBody(request.apiKey)));
    const keys = [FETCH, OTHER, FETCH, OTHER, FETCH, OTHER];
    expect(await Promise.all(keys.map((key) => link.call(ask(key))))).toEqual(keys);
    expect(broker.sockets.length).toBe(2);
  });

  test('writes the requests of one turn in their order without waiting for answers', async () => {
    const waiting: StubRequest[] = [];
    const { broker, link } = await linkTo((request) => {
      waiting.push(request);
      if (waiting.length < 3) return;
      for (const [index, earlier] of waiting.entries()) earlier.answer(numberBody(index));
    });
    expect(await Promise.all([OTHER, 4, 5].map((key) => link.call(ask(key))))).toEqual([0, 1, 2]);
    expect(broker.apiKeys.slice(-3)).toEqual([OTHER, 4, 5]);
  });

  test('goes on in step after a connection that ended within an answer', async () => {
    let isFirst = true;
    const { link } = await linkTo((request) => {
      if (!isFirst) return request.answer(numberBody(7));
      isFirst = false;
      const frame = request.frame(new Uint8Array(1000));
      request.socket.end(frame.subarray(0, 500));
    });
    await expect(link.call(ask(OTHER))).rejects.toMatchObject({ code: clientCode.noAnswer, kind: 'retry' });
    expect(await link.call(ask(OTHER))).toBe(7);
  });

  test('tells a request that was never written from one that got no answer', async () => {
    const { broker, link } = await linkTo((request) => request.socket.destroy());
    await expect(link.call(ask(OTHER))).rejects.toMatchObject({ code: clientCode.noAnswer });
    await broker.close();
    await expect(link.call(ask(OTHER))).rejects.toMatchObject({ code: clientCode.notSent });
    await expect(link.call(ask(FETCH))).rejects.toMatchObject({ code: clientCode.notSent });
  });

  test('rejects what is under way and what comes later when it is closed', async () => {
    const { link } = await linkTo(() => {});
    const underWay = link.call(ask(OTHER));
    const isRejected = expect(underWay).rejects.toMatchObject({ code: clientCode.closed });
    await sleep(50);
    link.close();
    await isRejected;
    await expect(link.call(ask(OTHER))).rejects.toMatchObject({ code: clientCode.closed });
  });

  test('an answer that cannot be read is an error of its own, never repeated', async () => {
    const { link } = await linkTo((request) => request.answer(new Uint8Array(2)));
    await expect(link.call(ask(OTHER))).rejects.toMatchObject({ code: -1, kind: 'reopen' });
  });

  test('authenticates again before the session ends, with requests under way', async () => {
    const { broker, link } = await linkTo(
      (request) => {
        setTimeout(() => request.answer(numberBody(1)), 20);
      },
      {
        sessionLifetimeMs: 1_300,
        settings: { sasl: { mechanism: 'plain', username: 'user', password: 'password' } },
      },
    );
    const endMs = performance.now() + 1_000;
    const callers = Array.from({ length: 4 }, async (_, index) => {
      await sleep(index * 7);
      while (performance.now() < endMs) expect(await link.call(ask(OTHER))).toBe(1);
    });
    await Promise.all(callers);
    const authentications = broker.apiKeys.filter((key) => key === 36).length;
    expect(authentications).toBeGreaterThanOrEqual(3);
    expect(broker.sockets.length).toBe(1);
  });
});
