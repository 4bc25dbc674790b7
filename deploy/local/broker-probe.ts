import { connect, createServer, type Socket } from 'node:net';

/** Whether somebody accepts a TCP connection at `host:port` within 3 s. */
export async function isReachable(address: string): Promise<boolean> {
  try {
    (await open(address, 3000)).destroy();
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits until the broker at `host:port` serves requests and counts itself among the live ones: an open
 * port alone comes a second too early, topics could not be created yet.
 *
 * @param stillThere throws when waiting on makes no sense, such as the process having ended.
 */
export async function waitUntilServing(
  address: string,
  options: { timeoutMs: number; stillThere?: () => void },
): Promise<void> {
  const deadlineMs = Date.now() + options.timeoutMs;
  let last = 'nothing was tried';
  while (Date.now() < deadlineMs) {
    options.stillThere?.();
    try {
      const live = await countLiveBrokers(address);
      if (live > 0) return;
      last = 'no live broker in its metadata';
    } catch (error) {
      last = (error as Error).message;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(
    `the broker at ${address} does not serve: ${last}, wanted an answer within ${options.timeoutMs / 1000} s`,
  );
}

/** A port nobody listens on now; `preferred` if it is free. */
export async function freePort(preferred = 0): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (preferred === 0) reject(error);
      else freePort().then(resolve, reject);
    });
    // All interfaces: a port free on loopback only would still collide with a published one.
    server.listen(preferred, () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound ? bound.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Metadata v1 for no topic, by hand: this folder runs before anything is known to work. */
async function countLiveBrokers(address: string): Promise<number> {
  const socket = await open(address, 2000);
  try {
    const body = Buffer.alloc(4 + 14);
    body.writeInt32BE(14, 0);
    body.writeInt16BE(3, 4); // Metadata
    body.writeInt16BE(1, 6); // version
    body.writeInt32BE(1, 8); // correlation id
    body.writeInt16BE(-1, 12); // no client id
    body.writeInt32BE(0, 14); // no topics
    socket.write(body);
    const answer = await read(socket, 12, 2000);
    return answer.readInt32BE(8); // after size and correlation id: count of brokers
  } finally {
    socket.destroy();
  }
}

async function open(address: string, timeoutMs: number): Promise<Socket> {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(separator + 1));
  if (separator < 1 || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`broker address: ${address}, wanted host:port`);
  }
  return await new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)));
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

async function read(socket: Socket, count: number, timeoutMs: number): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('connection closed without an answer')));
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece]);
      if (received.length >= count) resolve(received);
    });
  });
}
