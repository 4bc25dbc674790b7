import { type AddressInfo, createServer, type Socket } from 'node:net';

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const SASL_AUTHENTICATION_FAILED = 58;

/** A broker that refuses every login and says with which user and password it was tried. Only as much protocol as it takes. */
export async function startWordyBroker(): Promise<{ address: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        socket.write(answerTo(received.subarray(4, end)));
        received = received.subarray(end);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answerTo(request: Buffer): Buffer {
  const body = bodyFor(request);
  return Buffer.concat([int32(4 + body.length), request.subarray(4, 8), body]);
}

function bodyFor(request: Buffer): Buffer {
  const apiKey = request.readInt16BE(0);
  if (apiKey === SASL_HANDSHAKE) return Buffer.concat([int16(0), int32(1), text('PLAIN')]);
  if (apiKey === SASL_AUTHENTICATE) {
    const afterClientId = 10 + Math.max(0, request.readInt16BE(8));
    const [, user, password] = request
      .subarray(afterClientId + 4)
      .toString()
      .split('\0');
    const message = text(`no user ${user} with the password ${password}`);
    return Buffer.concat([int16(SASL_AUTHENTICATION_FAILED), message, int32(0), int32(0), int32(0)]);
  }
  const ranges = [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE].map((key) =>
    Buffer.concat([int16(key), int16(0), int16(1)]),
  );
  return Buffer.concat([int16(0), int32(ranges.length), ...ranges, int32(0)]);
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
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
