import { clientCode, errorOf, KafkaError } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import {
  brokerMaker,
  type Connection,
  drop,
  isPrepared,
  type KafkajsBroker,
  NOT_CONNECTED,
  send,
  startAfresh,
} from './kafkajs-internals.ts';
import type { Logger } from './logger.ts';
import type { Request } from './request.ts';

const FETCH = 1;

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

/** Makes links with the given security settings; nothing is connected before the first call. */
export function linkOpener(settings: KafkaSettings, logger: Logger): OpenLink {
  const makeBroker = brokerMaker(settings, logger);
  return async (address) => createLink(await makeBroker(address), address);
}

interface Slot {
  connection: Connection;
  /** Shared by all who want the connection: concurrent connects would open a socket each and leak all but one. */
  opening: Promise<void> | undefined;
}

function createLink(broker: KafkajsBroker, peer: { host: string; port: number }): BrokerLink {
  const address = `${peer.host}:${peer.port}`;
  const slots = broker.connectionPool.pool.map((connection): Slot => ({ connection, opening: undefined }));
  const [prepares] = slots;
  let isClosed = false;

  async function call<T>(request: Request<T>): Promise<T> {
    const slot = slots[request.apiKey === FETCH ? 1 : 0]!;
    const what = `${request.apiName} to ${address}`;
    if (!isUsable(slot)) await ready(slot, what);
    try {
      return await send(slot.connection, request);
    } catch (error) {
      // The socket of an unanswered request still owes the answer: whatever is sent next would wait behind it.
      const failure = classify(what, error);
      if (nameOf(error) === 'KafkaJSRequestTimeoutError') drop(slot.connection, failure);
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
      if (slot === prepares && !isPrepared(broker)) return await broker.connect();
      if (!isPrepared(broker)) await ready(prepares!, `connect to ${address}`);
      await connection.connect();
      await connection.authenticate();
      if (isClosed) throw new KafkaError(`connect to ${address}`, clientCode.closed);
    } catch (error) {
      drop(slot.connection, error as Error);
      throw error;
    }
  }

  function close(): void {
    isClosed = true;
    const error = new KafkaError(`connection to ${address}`, clientCode.closed);
    for (const slot of slots) drop(slot.connection, error);
  }

  return { call, close };
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
  if (message === NOT_CONNECTED) return new KafkaError(what, clientCode.notSent, cause);
  if (name?.startsWith('KafkaJS')) return new KafkaError(what, unanswered, cause);
  return new KafkaError(what, -1, cause);
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
