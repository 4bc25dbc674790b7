import { request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PEER_PATH, PEER_PROTOCOL, type PeerLine, peerLineReader } from './peer-protocol.ts';

/** A peer that is there answers within a few ms; one that does not within this is taken for gone. */
const ANSWER_MS_MAX = 300;
/** Between tries to reach a peer that has not answered yet, or is suspect. */
const RETRY_MS = 1_000;

export interface PeerLinkOptions {
  memberId: string;
  /** `host:port`. */
  peerAddress: string;
  /**
   * It answered as this member once, its connection ended without goodbye, and it does not answer as this member again; or it
   * says itself that it is another member by now. False: it answers again.
   */
  onSuspect: (isSuspect: boolean) => void;
}

export interface PeerLink {
  close(): void;
}

/**
 * Watches one peer by a connection to it. A peer that was never reached is never suspect: its address may be one that we cannot
 * reach at all.
 */
export function watchPeer(options: PeerLinkOptions): PeerLink {
  const closed = new AbortController();
  void watch(options, closed.signal);
  return { close: () => closed.abort() };
}

/** Does the peer answer as this member within 300 ms? */
export async function answersAs(memberId: string, peerAddress: string): Promise<boolean> {
  const hold = new AbortController();
  const greeted = await connectPeer(peerAddress, hold.signal).catch(() => undefined);
  hold.abort();
  return greeted?.memberId === memberId;
}

async function watch(
  { memberId, peerAddress, onSuspect }: PeerLinkOptions,
  signal: AbortSignal,
): Promise<void> {
  let wasReached = false;
  let isSuspect = false;
  const suspect = (next: boolean) => {
    if (next !== isSuspect && !signal.aborted) onSuspect(next);
    isSuspect = next;
  };
  while (!signal.aborted) {
    const greeted = await connectPeer(peerAddress, signal).catch(() => undefined);
    if (greeted?.memberId === memberId) {
      wasReached = true;
      suspect(false);
      const end = await greeted.ended(memberId);
      if (end === 'bye') return;
      if (end === 'lost') continue; // the one quick look that decides
    }
    if (wasReached) suspect(true);
    greeted?.close();
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

interface Greeted {
  memberId: string;
  /** How it ended: with goodbye, as another member, or just so. */
  ended(memberId: string): Promise<'bye' | 'other' | 'lost'>;
  close(): void;
}

/** Connects and waits for the greeting. @throws when there is none in time. */
function connectPeer(peerAddress: string, signal: AbortSignal): Promise<Greeted> {
  const { promise, resolve, reject } = Promise.withResolvers<Greeted>();
  const at = peerAddress.lastIndexOf(':');
  const asked = request({
    host: peerAddress.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(peerAddress.slice(at + 1)),
    path: PEER_PATH,
    headers: { connection: 'Upgrade', upgrade: PEER_PROTOCOL },
    agent: false,
    signal,
  });
  const tooLate = setTimeout(
    () => asked.destroy(new Error(`no greeting in ${ANSWER_MS_MAX} ms`)),
    ANSWER_MS_MAX,
  );
  const fail = (error: Error) => {
    clearTimeout(tooLate);
    reject(error);
  };
  asked.once('error', fail);
  asked.once('response', (response) => {
    response.destroy();
    fail(new Error(`status ${response.statusCode}, wanted 101`));
  });
  asked.once('upgrade', (_response, socket: Socket, head) => {
    const close = () => socket.destroy();
    signal.addEventListener('abort', close, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', close));
    socket.once('close', () => fail(new Error('closed before a greeting')));
    follow(socket, head, (greeted) => {
      clearTimeout(tooLate);
      resolve(greeted);
    });
  });
  asked.end();
  return promise;
}

/** Reads the lines of one connection. */
function follow(socket: Socket, head: Buffer, onGreeting: (greeted: Greeted) => void): void {
  const end = Promise.withResolvers<'bye' | 'other' | 'lost'>();
  let first: string | undefined;
  const read = peerLineReader(take, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => end.resolve('lost'));
  socket.on('data', read);
  if (head.length > 0) read(head);

  function take(line: PeerLine): void {
    if (line.type === 'bye') {
      end.resolve('bye');
    } else if (first === undefined) {
      first = line.memberId;
      greeted(first);
    } else if (line.memberId !== first) {
      end.resolve('other');
    }
  }

  function greeted(memberId: string): void {
    onGreeting({
      memberId,
      ended: () => end.promise.finally(() => socket.destroy()),
      close: () => socket.destroy(),
    });
  }
}
