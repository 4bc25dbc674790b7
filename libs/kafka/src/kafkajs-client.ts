import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import kafkajs, { type ISocketFactoryArgs, type logLevel } from 'kafkajs';
import { framePool } from './frame-pool.ts';
import { FrameReader } from './frame-reader.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Logger } from './logger.ts';

/** A broker that does not take a connection within this time is as good as away; TLS over a slow network fits. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Without an answer for this long (plus the request's own wait) a connection counts as dead. kafkajs looks every 100 ms. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** Below any sensible session lifetime (`connections.max.reauth.ms`); kafkajs's 10 s would re-authenticate on every request of a short one. */
const REAUTHENTICATION_THRESHOLD_MS = 1_000;
const KEEP_ALIVE_DELAY_MS = 60_000;

/** Options for `new Kafka(...)` that every connection of this package shares. */
export function clientOptions(settings: KafkaSettings, logger: Logger) {
  return {
    ...settings,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: ANSWER_TIMEOUT_MS,
    reauthenticationThreshold: REAUTHENTICATION_THRESHOLD_MS,
    socketFactory,
    logLevel: kafkajs.logLevel.WARN,
    // kafkajs logs every refused connection as an error. Who retries reports it, once; here it is detail.
    logCreator:
      (_level: logLevel) =>
      ({ log }: { log: { message: string } }) =>
        logger.debug({ kafkajs: { ...log, message: undefined } }, `kafkajs: ${log.message}`),
  };
}

function socketFactory({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const tls = ssl as ConnectionOptions | true | undefined;
  const socket = tls
    ? connectTls(
        { host, port, ...(isIP(host) ? {} : { servername: host }), ...(tls === true ? {} : tls) },
        onConnect,
      )
    : connectFramed(host, port, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  socket.setNoDelay(true);
  return socket;
}

/** Its `data` events are whole answers, received in place. TLS decrypts into chunks of its own, which kafkajs puts together. */
function connectFramed(host: string, port: number, onConnect: () => void): Socket {
  const frames = new FrameReader((frame) => socket.emit('data', frame), framePool);
  const socket = connectTcp(
    {
      host,
      port,
      onread: {
        buffer: () => frames.target,
        callback(count) {
          try {
            frames.advance(count);
          } catch (error) {
            socket.destroy(error as Error);
            return false;
          }
          return true;
        },
      },
    },
    onConnect,
  );
  return socket;
}
