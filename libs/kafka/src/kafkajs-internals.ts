/**
 * The only file that touches what kafkajs does not export. kafkajs is frozen at 2.2.4, so these cannot move. Used of it: making
 * and authenticating sockets, framing, and matching answers to requests. Each use below says what it relies on.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import type { KafkaSettings } from './kafka-settings.ts';
import { ANSWER_TIMEOUT_MS, clientOptions } from './kafkajs-client.ts';
import type { Logger } from './logger.ts';
import type { Request } from './request.ts';
import { Reader, Writer } from './wire.ts';

const API_VERSIONS = 18;

export interface Connection {
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
export interface KafkajsBroker {
  versions: object | null;
  connect(): Promise<void>;
  connectionPool: { pool: [Connection, Connection] };
}
interface KafkajsCluster {
  rootLogger: object;
  connectionPoolBuilder: { build(address: { host: string; port: number }): Promise<object> };
  brokerPool: { createBroker(options: object): KafkajsBroker };
}

/** A kafkajs client for what is left to kafkajs: group membership and the making of topics. */
export function openClient(settings: KafkaSettings, logger: Logger): kafkajs.Kafka {
  patchRequestQueue();
  return new kafkajs.Kafka(clientOptions(settings, logger));
}

/** Makes kafkajs's objects for brokers, with the given security settings; nothing is connected by that. */
export function brokerMaker(
  settings: KafkaSettings,
  logger: Logger,
): (address: { host: string; port: number }) => Promise<KafkajsBroker> {
  patchRequestQueue();
  const cluster = leakCluster(settings, logger);
  return async (address) => {
    const connectionPool = await cluster.connectionPoolBuilder.build(address);
    return cluster.brokerPool.createBroker({ connectionPool, logger: cluster.rootLogger });
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

/** Does it know the API versions and how to authenticate? `connect()` learns both. */
export function isPrepared(broker: KafkajsBroker): boolean {
  return (
    broker.versions !== null && broker.connectionPool.pool[0].getSupportAuthenticationProtocol() !== null
  );
}

/**
 * kafkajs keeps the bytes of a half-received answer over a reconnect and would read the new stream out of step; and a late error of the
 * old socket would end the new connection.
 */
export function startAfresh(connection: Connection): void {
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
export function drop(connection: Connection, reason: Error): void {
  connection.requestQueue.rejectAll(reason);
  void connection.disconnect().catch(() => {});
  if (connection.socket !== undefined) silence(connection.socket);
}

/** `encode` returns what kafkajs takes for its Encoder: `buf` is checked to be a Buffer, `buffer` is written. */
export function messageOf<T>(request: Request<T>): object {
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
