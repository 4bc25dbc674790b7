import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Reader, Writer } from './wire.ts';

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;

export interface StubRequest {
  apiKey: number;
  socket: Socket;
  /** Frames a body and sends it. */
  answer(body: Uint8Array): void;
  /** The whole frame, for answers that are cut or delayed. */
  frame(body: Uint8Array): Buffer;
}

/**
 * Speaks just enough for kafkajs to connect (ApiVersions, SASL/PLAIN) and hands every other request to `onRequest`.
 * `sessionLifetimeMs`: how long an authentication holds, 0 for ever.
 */
export async function startStubBroker(
  onRequest: (request: StubRequest) => void,
  sessionLifetimeMs = 0,
): Promise<{ host: string; port: number; sockets: Socket[]; apiKeys: number[]; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const apiKeys: number[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    // As a broker does: answers leave in the order of the requests, whatever is ready first.
    let written = Promise.resolve();
    const inTurn = (): ((frame: Buffer) => void) => {
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      written = Promise.all([promise, written]).then(([frame]) => void socket.write(frame));
      return resolve;
    };
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const frame = received.subarray(4, 4 + received.readInt32BE(0));
        received = received.subarray(4 + frame.length);
        onFrame(socket, frame, inTurn());
      }
    });
  });

  function onFrame(socket: Socket, request: Buffer, send: (frame: Buffer) => void): void {
    const reader = new Reader(request);
    const apiKey = reader.int16();
    reader.int16(); // version
    const correlationId = reader.int32();
    apiKeys.push(apiKey);
    const frame = (body: Uint8Array) =>
      Buffer.concat([new Writer().int32(4 + body.length).int32(correlationId).written, body]);
    const answer = (body: Uint8Array) => send(frame(body));
    if (apiKey === API_VERSIONS) answer(apiVersions());
    else if (apiKey === SASL_HANDSHAKE) answer(saslHandshake());
    else if (apiKey === SASL_AUTHENTICATE) answer(saslAuthenticate(sessionLifetimeMs));
    else onRequest({ apiKey, socket, answer, frame });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, sockets, apiKeys, close };
}

function apiVersions(): Uint8Array {
  const keys = [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE];
  const writer = new Writer().int16(0).array(keys, (w, key) => w.int16(key).int16(0).int16(1));
  return writer.int32(0 /* throttle time */).written;
}

function saslHandshake(): Uint8Array {
  return new Writer().int16(0).array(['PLAIN'], (w, mechanism) => w.string(mechanism)).written;
}

function saslAuthenticate(sessionLifetimeMs: number): Uint8Array {
  return new Writer().int16(0).nullableString(null).int32(0 /* no bytes */).int64(sessionLifetimeMs).written;
}
