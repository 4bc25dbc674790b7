/**
 * The only file that touches what kafkajs does not export. kafkajs is frozen at 2.2.4, so these cannot move. Used of it: making
 * and authenticating sockets, framing, and matching answers to requests. Each use below says what it relies on.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { clientCode, errorOf, KafkaError } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { ANSWER_TIMEOUT_MS, clientOptions } from './kafkajs-client.ts';
import type { Logger } from './logger.ts';
import type { Request } from './request.ts';
import { Reader, Writer } from './wire.ts';

const FETCH = 1;
const API_VERSIONS = 18;

interface Connection {
  isConnected(): boolean;
  connect(): Promise<unknown>;
  authenticate(): Promise<void>;
  disconnect(): Promise<unknown>;
  send(message: object): Promise<unknown>;
  getSupportAuthenticationProtocol(): boolean | null;
  socket?: Socket;
  requestQueue: { rejectAll(error: Error): void };
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
}
interface KafkajsBroker {
  versions: object | null;
  connect(): Promise<void>;
  connectionPool: { pool: [Connection, Connection] };
}
interface KafkajsCluster {
  rootLogger: object;
  connectionPoolBuilder: { build(address: { host: string; port: number }): Promise<object> };
  brokerPool: { createBroker(options: object): KafkajsBroker };
}

/**
 * The two connections to one broker. Slot 1 carries Fetch, slot 0 all else: a broker serves one request per connection at a time,
 * so that anything behind a long poll would wait for it. Requests called in one turn of the event loop go out in that order.
 */
export interface BrokerLink {
  /** Throws KafkaError: NOT_SENT (never written), NO_ANSWER (may have been carried out), AUTHENTICATION_FAILED. */
  call<T>(request: Request<T>): Promise<T>;
  close(): void;
}

export type OpenLink = (address: { host: string; port: number }) => Promise<BrokerLink>;

/** A kafkajs client for what is left to kafkajs: group membership and the making of topics. */
export function openClient(settings: KafkaSettings, logger: Logger): kafkajs.Kafka {
  patchRequestQueue();
  return new kafkajs.Kafka(clientOptions(settings, logger));
}

/** Makes links with the given security settings; nothing is connected before the first call. */
export function linkOpener(settings: KafkaSettings, logger: Logger): OpenLink {
  patchRequestQueue();
  const cluster = leakCluster(settings, logger);
  return async (address) => {
    const connectionPool = await cluster.connectionPoolBuilder.build(address);
    const broker = cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger });
    return createLink(broker, address);
  };
}

/** A partition assigner's factory is handed the consumer's Cluster object. Never connected or run, the consumer costs nothing. */
function leakCluster(settings: KafkaSettings, logger: Logger): KafkajsCluster {
  let leaked: unknown;
  new kafkajs.Kafka(clientOptions(settings, logger)).consumer({
    groupId: 'never-joined',
    partitionAssigners: [
      ({ cluster }) => {
        leaked = cluster;
        return { name: 'unused', version: 0, assign: async () => [], protocol: () => unusedProtocol };
      },
    ],
  });
  return leaked as KafkajsCluster;
}
const unusedProtocol = { name: 'unused', metadata: Buffer.alloc(0) };

interface Slot {
  connection: Connection;
  /** Shared by all who want the connection: concurrent connects would open a socket each and leak all but one. */
  opening: Promise<void> | undefined;
}

function createLink(broker: KafkajsBroker, peer: { host: string; port: number }): BrokerLink {
  const address = `${peer.host}:${peer.port}`;
  const slots = broker.connectionPool.pool.map((connection) => newSlot(connection)) as [Slot, Slot];
  let isClosed = false;

  async function call<T>(request: Request<T>): Promise<T> {
    const slot = slots[request.apiKey === FETCH ? 1 : 0];
    const what = `${request.apiName} to ${address}`;
    if (!isUsable(slot)) await ready(slot, what);
    try {
      return (await slot.connection.send(messageOf(request))) as T;
    } catch (error) {
      // The socket of an unanswered request still owes the answer: whatever is sent next would wait behind it.
      const failure = classify(what, error);
      if (nameOf(error) === 'KafkaJSRequestTimeoutError') drop(slot, failure);
      throw failure;
    }
  }

  function isUsable(slot: Slot): boolean {
    return !isClosed && slot.opening === undefined && slot.connection.isConnected();
  }

  async function ready(slot: Slot, what: string): Promise<void> {
    if (isClosed) throw new KafkaError(what, clientCode.closed);
    slot.opening ??= open(slot).finally(() => {
      slot.opening = undefined;
    });
    try {
      await slot.opening;
    } catch (error) {
      throw classify(what, error, clientCode.notSent);
    }
  }

  async function open(slot: Slot): Promise<void> {
    const { connection } = slot;
    if (isClosed) throw new KafkaError(`connect to ${address}`, clientCode.closed);
    try {
      startAfresh(connection);
      // The first time: slot 0 asks for the API versions, which authentication on both slots needs.
      if (slot === slots[0] && !isPrepared(broker)) return await broker.connect();
      if (!isPrepared(broker)) await ready(slots[0], `connect to ${address}`);
      await connection.connect();
      await connection.authenticate();
      if (isClosed) throw new KafkaError(`connect to ${address}`, clientCode.closed);
    } catch (error) {
      drop(slot, error as Error);
      throw error;
    }
  }

  function close(): void {
    isClosed = true;
    const error = new KafkaError(`connection to ${address}`, clientCode.closed);
    for (const slot of slots) drop(slot, error);
  }

  return { call, close };
}

function newSlot(connection: Connection): Slot {
  return { connection, opening: undefined };
}

function isPrepared(broker: KafkajsBroker): boolean {
  return (
    broker.versions !== null && broker.connectionPool.pool[0].getSupportAuthenticationProtocol() !== null
  );
}

/**
 * kafkajs keeps the bytes of a half-received answer over a reconnect and would read the new stream out of step; and a late error of the
 * old socket would end the new connection.
 */
function startAfresh(connection: Connection): void {
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = 4;
  if (connection.socket !== undefined) silence(connection.socket);
}

function silence(socket: Socket): void {
  socket.removeAllListeners();
  socket.on('error', () => {});
  socket.destroy();
}

/** Ends a connection at once, with no late answer. Its waiting requests are rejected first: `disconnect` waits for them otherwise. */
function drop(slot: Slot, reason: Error): void {
  const { connection } = slot;
  connection.requestQueue.rejectAll(reason);
  void connection.disconnect().catch(() => {});
  if (connection.socket !== undefined) silence(connection.socket);
}

/** `encode` returns what kafkajs takes for its Encoder: `buf` is checked to be a Buffer, `buffer` is written. */
function messageOf<T>(request: Request<T>): object {
  return {
    request: {
      apiKey: request.apiKey,
      apiVersion: request.apiVersion,
      apiName: request.apiName,
      encode: async () => {
        const writer = new Writer();
        if (request.isFlexible) writer.tags();
        request.encode(writer);
        return { buf: writer.written, buffer: writer.written };
      },
    },
    response: {
      decode: async (answer: Buffer) => answer,
      parse: async (answer: Buffer) => {
        const reader = new Reader(answer);
        if (request.isFlexible && request.apiKey !== API_VERSIONS) reader.tags();
        return request.decode(reader);
      },
    },
    requestTimeout: ANSWER_TIMEOUT_MS + (request.waitMs ?? 0),
    logResponseError: false,
  };
}

/** kafkajs's errors (recognised by name: its classes are not importable from an ES module) in this package's terms. */
function classify(what: string, error: unknown, unanswered: number = clientCode.noAnswer): KafkaError {
  if (error instanceof KafkaError) return error;
  const { name, message, code } = error as Error & { code?: unknown };
  const cause = { cause: error };
  if (name === 'KafkaJSSASLAuthenticationError')
    return new KafkaError(what, clientCode.authentication, cause);
  if (name === 'KafkaJSProtocolError' && typeof code === 'number') return errorOf(what, code, cause);
  if (typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new KafkaError(what, clientCode.authentication, cause);
  }
  if (message === 'Not connected') return new KafkaError(what, clientCode.notSent, cause);
  if (name?.startsWith('KafkaJS')) return new KafkaError(what, unanswered, cause);
  return new KafkaError(what, -1, cause);
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/**
 * kafkajs re-arms a timer of 1 ms or less for ever on every connection, throttled or not (676 timers/s when idle). Armed here only
 * while a request waits; `push` and every answer look at the queue anyway.
 */
function patchRequestQueue(): void {
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: Record<string, unknown>;
  };
  RequestQueue.prototype['scheduleCheckPendingRequests'] = function scheduleOnlyWhenWaiting(
    this: RequestQueueFields,
  ) {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const waitMs = Math.max(this.throttledUntil - Date.now(), QUEUE_CHECK_INTERVAL_MS);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, waitMs);
  };
}
const QUEUE_CHECK_INTERVAL_MS = 10;
interface RequestQueueFields {
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  pending: unknown[];
  throttledUntil: number;
  checkPendingRequests(): void;
}
