import { afterEach, expect, test } from 'vitest';
import { linkOpener } from './broker-link.ts';
import { ClusterBrokers } from './cluster-brokers.ts';
import type { Request } from './request.ts';
import { type StubRequest, startStubBroker } from './stub-broker.test-kit.ts';
import { Writer } from './wire.ts';

const NODE = 1;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const request: Request<number> = {
  apiKey: 3,
  apiVersion: 0,
  apiName: 'Request3',
  isFlexible: false,
  encode: (writer) => writer.int32(0),
  decode: (reader) => reader.int32(),
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function brokersOn(onRequest: (request: StubRequest) => void) {
  const broker = await startStubBroker(onRequest);
  const brokers = new ClusterBrokers(linkOpener({ brokers: ['unused:1'], clientId: 'test' }, silent), []);
  brokers.add({ nodeId: NODE, host: broker.host, port: broker.port });
  closing.push(
    () => broker.close(),
    () => brokers.close(),
  );
  return { broker, brokers };
}

test('an answer that is owed in one lane holds up nobody in another', async () => {
  let held: StubRequest | undefined;
  const { broker, brokers } = await brokersOn((asked) => {
    if (held === undefined) held = asked;
    else asked.answer(new Writer().int32(2).written);
  });
  const first = brokers.call(NODE, request, 1);
  await expect.poll(() => held).toBeDefined();
  expect(await brokers.call(NODE, request, 2)).toBe(2);
  held!.answer(new Writer().int32(1).written);
  expect(await first).toBe(1);
  expect(broker.sockets.length).toBe(2);
});

test('a lane keeps its connection, and all end with the cluster', async () => {
  const { broker, brokers } = await brokersOn((asked) => asked.answer(new Writer().int32(0).written));
  for (const lane of [undefined, 1, 2, 1, 2, undefined]) await brokers.call(NODE, request, lane);
  expect(broker.sockets.length).toBe(3);
  await brokers.close();
  await expect.poll(() => broker.sockets.every((socket) => socket.destroyed)).toBe(true);
  await expect(brokers.call(NODE, request, 1)).rejects.toMatchObject({ codeName: 'CLOSED' });
});
