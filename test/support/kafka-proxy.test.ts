import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultPoint, type KafkaProxy, startKafkaProxy } from './kafka-proxy.ts';
import { API_KEYS, FrameSplitter, withAddress } from './kafka-proxy-protocol.ts';

const END_TXN = API_KEYS.EndTxn;
let server: Server;
let proxy: KafkaProxy;
let client: Socket;
const brokerSockets: Socket[] = [];

afterEach(async () => {
  client?.destroy();
  await proxy?.close();
  for (const socket of brokerSockets.splice(0)) socket.destroy();
  server?.close();
});

describe('frames', () => {
  test('come out whole however the stream is cut', () => {
    const stream = Buffer.concat([request(1, 1), request(2, 2), request(3, 3)]);
    for (let step = 1; step <= stream.length; step++) {
      const splitter = new FrameSplitter();
      const frames: Buffer[] = [];
      for (let at = 0; at < stream.length; at += step) {
        frames.push(...splitter.push(stream.subarray(at, at + step)));
      }
      expect(frames).toEqual([request(1, 1), request(2, 2), request(3, 3)]);
    }
  });
});

describe('addresses in answers', () => {
  const own = { host: '127.0.0.1', port: 5 };

  test('Metadata v1, two brokers, with and without rack', () => {
    const answer = (host: string, port: number) =>
      frame(int32(7), int32(2), ...broker(1, host, port, 'r'), ...broker(2, host, port, null), int32(99));
    const head = { apiKey: API_KEYS.Metadata, apiVersion: 1, correlationId: 7 };
    expect(withAddress(head, answer('kafka.example', 9092), own)).toEqual(answer('127.0.0.1', 5));
  });

  test('FindCoordinator v3 (flexible), found and not found', () => {
    const answer = (host: string, port: number) =>
      frame(
        int32(7),
        Buffer.from([0]), // header tags
        int32(0),
        int16(0),
        Buffer.from([0]), // no message
        int32(1),
        Buffer.from([host.length + 1]),
        Buffer.from(host),
        int32(port),
        Buffer.from([0]),
      );
    const head = { apiKey: API_KEYS.FindCoordinator, apiVersion: 3, correlationId: 7 };
    expect(withAddress(head, answer('kafka', 9092), own)).toEqual(answer('127.0.0.1', 5));
    expect(withAddress(head, answer('', -1), own)).toEqual(answer('', -1));
  });

  test('other answers stay as they are', () => {
    const answer = frame(int32(7), Buffer.from('anything'));
    expect(withAddress({ apiKey: END_TXN, apiVersion: 5, correlationId: 7 }, answer, own)).toBe(answer);
  });
});

describe('faults', () => {
  test('without one everything goes through, in order', async () => {
    const o = await connected();
    for (const id of [1, 2, 3]) client.write(request(END_TXN, id));
    await o.answers(3);
    expect(o.got()).toEqual({ atBroker: [1, 2, 3], atClient: [1, 2, 3], isOpen: true });
  });

  test.each([
    // The second request is not hit; behind a held one it waits.
    ['before', 'drop', { atBroker: [2], atClient: [2], isOpen: true }],
    ['after', 'drop', { atBroker: [1, 2], atClient: [2], isOpen: true }],
    ['before', 'hold', { atBroker: [1, 2], atClient: [1, 2], isOpen: true }],
    ['after', 'hold', { atBroker: [1, 2], atClient: [1, 2], isOpen: true }],
  ] as const)('%s, %s', async (when, how, wanted) => {
    const o = await connected();
    const armed = proxy.arm({ api: 'EndTxn', when, how, holdMs: 50 });
    for (const id of [1, 2]) client.write(request(END_TXN, id));
    await armed.hit;
    await o.answers(wanted.atClient.length);
    expect(o.got()).toEqual(wanted);
  });

  test.each([
    ['before', []],
    ['after', [1]],
  ] as const)('%s, reset', async (when, atBroker) => {
    const o = await connected();
    const armed = proxy.arm({ api: 'EndTxn', when, how: 'reset' });
    client.write(request(END_TXN, 1));
    await armed.hit;
    await o.closed;
    expect(o.got()).toEqual({ atBroker, atClient: [], isOpen: false });
  });

  test('only the kind of request that was asked for, and once', async () => {
    const o = await connected();
    const armed = proxy.arm({ api: 'EndTxn', when: 'before', how: 'drop' });
    client.write(request(API_KEYS.Produce, 1));
    client.write(request(END_TXN, 2));
    client.write(request(END_TXN, 3));
    await armed.hit;
    await o.answers(2);
    expect(o.got().atBroker).toEqual([1, 3]);
  });

  test('a disarmed point takes nothing', async () => {
    const o = await connected();
    proxy.arm({ api: 'EndTxn', when: 'before', how: 'drop' }).disarm();
    client.write(request(END_TXN, 1));
    await o.answers(1);
    expect(o.got().atBroker).toEqual([1]);
  });

  test('a held request reaches the broker although its client is gone', async () => {
    const o = await connected();
    const point: FaultPoint = { api: 'EndTxn', when: 'before', how: 'hold', holdMs: 100 };
    const armed = proxy.arm(point);
    client.write(request(END_TXN, 1));
    await armed.hit;
    client.destroy();
    await o.arrival;
    expect(o.got().atBroker).toEqual([1]);
    expect(proxy.lateArrivals).toBe(1);
  });
});

/** A broker that answers each request with its correlation id, the proxy, and a client. */
async function connected() {
  const atBroker: number[] = [];
  const atClient: number[] = [];
  const arrival = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const waiting: { count: number; resolve: () => void }[] = [];
  server = createServer((socket) => {
    brokerSockets.push(socket);
    const splitter = new FrameSplitter();
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      for (const one of splitter.push(piece)) {
        atBroker.push(one.readInt32BE(8));
        arrival.resolve();
        if (socket.writable) socket.write(frame(one.subarray(8, 12)));
      }
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  proxy = await startKafkaProxy(`127.0.0.1:${port}`);
  client = connect(Number(proxy.address.split(':')[1]), '127.0.0.1');
  const splitter = new FrameSplitter();
  client.on('error', () => {});
  client.once('close', () => closed.resolve());
  client.on('data', (piece) => {
    for (const one of splitter.push(piece)) atClient.push(one.readInt32BE(4));
    for (const { count, resolve } of waiting) if (atClient.length >= count) resolve();
  });
  return {
    answers: (count: number) =>
      new Promise<void>((resolve) => {
        if (atClient.length >= count) resolve();
        waiting.push({ count, resolve });
      }),
    arrival: arrival.promise,
    closed: closed.promise,
    got: () => ({ atBroker, atClient, isOpen: !client.destroyed }),
  };
}

function request(apiKey: number, correlationId: number): Buffer {
  return frame(int16(apiKey), int16(0), int32(correlationId), Buffer.from(`body ${correlationId}`));
}

function frame(...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
}

function broker(id: number, host: string, port: number, rack: string | null): Buffer[] {
  return [int32(id), text(host), int32(port), rack === null ? int16(-1) : text(rack)];
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
