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
import { requestFrame } from './request-frame.ts';
import { Reader } from './wire.ts';

const API_VERSIONS = 18;

export interface Connection {
  isConnected(): boolean;
  connect(): Promise<unknown>;
  authenticate(): Promise<void>;
  disconnect(): Promise<unknown>;
  isAuthenticated(): boolean;
  nextCorrelationId(): number;
  readonly clientId: string;
  getSupportAuthenticationProtocol(): boolean | null;
  socket?: Socket;
  requestQueue: { push(request: QueuedRequest): void; rejectAll(error: Error): void };
  /** Takes what the socket received. */
  processData(bytes: Buffer): void;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
}
interface QueuedRequest {
  entry: {
    apiKey: number;
    apiName: string;
    apiVersion: number;
    correlationId: number;
    resolve: (answer: { payload: Buffer }) => void;
    reject: (error: Error) => void;
  };
  expectResponse: boolean;
  requestTimeout: number;
  sendRequest: () => void;
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
  keepFrames(connection);
}

/** After an answer kafkajs keeps the rest of its chunk, mostly nothing, and would copy the next answer whole to join it to that. */
function keepFrames(connection: Connection): void {
  const prototype = Object.getPrototypeOf(connection) as Connection;
  connection.processData = (bytes) => {
    if (connection.bytesBuffered === 0) connection.chunks.length = 0;
    prototype.processData.call(connection, bytes);
  };
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

/**
 * Sends one request and waits for its answer. kafkajs's own `send` copies the request three times, which for record batches costs as much
 * as making them; all that is left of it here is its queue, which matches answers to requests and gives up on those that are overdue.
 * Written to the socket in the turn of the call. A record batch in the request must stay as it is until the promise settles.
 *
 * @throws kafkajs's errors, and Error('Not connected') when nothing was written
 */
export async function send<T>(connection: Connection, request: Request<T>): Promise<T> {
  if (!connection.isAuthenticated()) await connection.authenticate();
  if (!connection.isConnected()) throw new Error(NOT_CONNECTED);
  const { apiKey, apiName, apiVersion } = request;
  const correlationId = connection.nextCorrelationId();
  const frame = requestFrame(request, correlationId, connection.clientId);
  const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) =>
    connection.requestQueue.push({
      entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: ANSWER_TIMEOUT_MS + (request.waitMs ?? 0),
      sendRequest: () => writeAll(connection.socket!, frame),
    }),
  );
  const reader = new Reader(payload);
  if (request.isFlexible && apiKey !== API_VERSIONS) reader.tags();
  return request.decode(reader);
}
export const NOT_CONNECTED = 'Not connected';

function writeAll(socket: Socket, pieces: readonly Uint8Array[]): void {
  if (pieces.length > 1) socket.cork();
  for (const piece of pieces) socket.write(piece);
  if (pieces.length > 1) socket.uncork();
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
