import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PeerGreeter } from './peer-greeter.ts';
import { answersAs, type PeerLink, watchPeer } from './peer-link.ts';
import { PEER_PROTOCOL } from './peer-protocol.ts';

let server: Server;
let greeter: PeerGreeter;
let connections: Duplex[];
/** What the server does with an upgraded connection; undefined: it hangs. */
let answer: ((connection: Duplex) => void) | undefined;
let address: string;
let link: PeerLink | undefined;
let suspicions: boolean[];

beforeEach(async () => {
  greeter = new PeerGreeter();
  greeter.become('m1');
  connections = [];
  suspicions = [];
  answer = (connection) => greeter.greet(connection);
  server = createServer();
  server.on('upgrade', (_request, connection) => {
    connections.push(connection);
    if (!answer) return;
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PEER_PROTOCOL}\r\n\r\n`,
    );
    answer(connection);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  link?.close();
  for (const connection of connections) connection.destroy();
  server.close();
});

test('a peer answers as the member that it is', async () => {
  expect(await answersAs('m1', address)).toBe(true);
  expect(await answersAs('m2', address)).toBe(false);
  answer = undefined;
  expect(await answersAs('m1', address)).toBe(false);
  expect(await answersAs('m1', 'no-such-host.invalid:1')).toBe(false);
  expect(await answersAs('m1', '127.0.0.1:1')).toBe(false);
});

test('a peer whose process is gone is suspect, one that only lost its connection is not', async () => {
  await watched();
  connections[0]!.destroy();
  await vi.waitFor(() => expect(connections).toHaveLength(2));
  expect(suspicions).toEqual([]);
  server.close();
  connections[1]!.destroy();
  await vi.waitFor(() => expect(suspicions).toEqual([true]));
});

test('a peer that accepts and then says nothing is suspect until it answers again', async () => {
  await watched();
  answer = undefined;
  connections[0]!.destroy();
  await vi.waitFor(() => expect(suspicions).toEqual([true]), { timeout: 5_000 });
  answer = (connection) => greeter.greet(connection);
  await vi.waitFor(() => expect(suspicions).toEqual([true, false]), { timeout: 5_000 });
});

test('a peer that is another member by now is suspect as the one it was', async () => {
  await watched();
  greeter.become('m2');
  await vi.waitFor(() => expect(suspicions).toEqual([true]));
});

test('a peer that said goodbye is not suspect', async () => {
  await watched();
  greeter.goodbye();
  server.close();
  await new Promise((resolve) => server.once('close', resolve));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(suspicions).toEqual([]);
});

test('a peer that never answered as this member is not suspect, whatever its address does', async () => {
  greeter.become('another');
  link = watchPeer({ memberId: 'm1', peerAddress: address, onSuspect: (is) => suspicions.push(is) });
  await vi.waitFor(() => expect(connections.length).toBeGreaterThan(1), { timeout: 5_000 });
  expect(suspicions).toEqual([]);
});

test('nonsense ends the connection', async () => {
  answer = (connection) => connection.write(`${'x'.repeat(2_000)}`);
  expect(await answersAs('m1', address)).toBe(false);
  answer = (connection) => connection.write('hello\n');
  expect(await answersAs('m1', address)).toBe(false);
});

async function watched(): Promise<void> {
  link = watchPeer({ memberId: 'm1', peerAddress: address, onSuspect: (is) => suspicions.push(is) });
  await vi.waitFor(() => expect(connections).toHaveLength(1));
}
