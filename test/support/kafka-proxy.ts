import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  type Address,
  API_KEYS,
  type ApiName,
  correlationIdOf,
  FrameSplitter,
  type RequestHead,
  requestHead,
  withAddress,
} from './kafka-proxy-protocol.ts';

/** One fault at one step of the protocol. */
export interface FaultPoint {
  api: ApiName;
  /** `before`: the broker has not got the request yet; `after`: it has carried it out, the client has not got the answer. */
  when: 'before' | 'after';
  /**
   * `hold`: it goes on later, with everything behind it in its direction, even if the client is gone by then; `drop`: it never
   * goes on, the connection stays; `reset`: the connection ends with it.
   */
  how: 'hold' | 'drop' | 'reset';
  /** Of `hold`. */
  holdMs?: number;
}

export interface ArmedPoint {
  /** Resolves when the fault was made. */
  hit: Promise<void>;
  disarm(): void;
}

/** A TCP proxy in front of one broker, whose address it puts into the broker's answers instead of the broker's own. */
export interface KafkaProxy {
  /** `host:port`. */
  address: string;
  /** The next request of this kind that no earlier point takes is hit, once. */
  arm(point: FaultPoint): ArmedPoint;
  /** Held requests that reached the broker after their client had given up. */
  readonly lateArrivals: number;
  close(): Promise<void>;
}

interface Armed {
  point: FaultPoint;
  onHit: () => void;
}

const HOLD_MS = 2_000;

export async function startKafkaProxy(broker: string): Promise<KafkaProxy> {
  const at = broker.lastIndexOf(':');
  const upstream: Address = { host: broker.slice(0, at), port: Number(broker.slice(at + 1)) };
  const own: Address = { host: '127.0.0.1', port: 0 };
  const armed: Armed[] = [];
  const sockets = new Set<Socket>();
  const counts = { lateArrivals: 0 };
  const server = createServer((client) => {
    const link = connect(upstream);
    for (const socket of [client, link]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}); // 'close' follows
      socket.once('close', () => sockets.delete(socket));
    }
    relay({ client, link, own, armed, counts });
  });
  own.port = await listen(server);

  return {
    address: `${own.host}:${own.port}`,
    arm(point) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const entry = { point, onHit: resolve };
      armed.push(entry);
      return {
        hit: promise,
        disarm: () => {
          const index = armed.indexOf(entry);
          if (index >= 0) armed.splice(index, 1);
        },
      };
    },
    get lateArrivals() {
      return counts.lateArrivals;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One connection in both directions, frame by frame. */
function relay(o: {
  client: Socket;
  link: Socket;
  own: Address;
  armed: Armed[];
  counts: { lateArrivals: number };
}): void {
  const { client, link, own, armed, counts } = o;
  const requests = new FrameSplitter();
  const answers = new FrameSplitter();
  /** Sent on and not answered yet, with the point that waits for the answer. */
  const open = new Map<number, { head: RequestHead; onAnswer: Armed | undefined }>();
  let isClientGone = false;
  const toBroker = gate((frame) => {
    if (isClientGone) counts.lateArrivals++;
    link.write(frame);
  });
  const toClient = gate((frame) => client.write(frame));

  client.on('data', (piece) => requests.push(piece).forEach(onRequest));
  link.on('data', (piece) => answers.push(piece).forEach(onAnswer));
  client.once('close', () => {
    isClientGone = true;
    toBroker.whenOpen(() => link.end());
  });
  link.once('close', () => client.destroy());

  function onRequest(frame: Buffer): void {
    const head = requestHead(frame);
    const taken = take(armed, head.apiKey);
    const onAnswer = taken?.point.when === 'after' ? taken : undefined;
    open.set(head.correlationId, { head, onAnswer });
    if (taken === undefined || onAnswer !== undefined) toBroker.pass(frame);
    else make(taken, toBroker, frame);
  }

  function onAnswer(frame: Buffer): void {
    const request = open.get(correlationIdOf(frame));
    open.delete(correlationIdOf(frame));
    const answer = request === undefined ? frame : withAddress(request.head, frame, own);
    if (request?.onAnswer === undefined) toClient.pass(answer);
    else make(request.onAnswer, toClient, answer);
  }

  function make({ point, onHit }: Armed, direction: Gate, frame: Buffer): void {
    if (point.how === 'hold') {
      direction.hold(point.holdMs ?? HOLD_MS);
      direction.pass(frame);
    } else if (point.how === 'reset') {
      client.resetAndDestroy();
      link.destroy();
    }
    onHit();
  }
}

/** The first point that waits for this kind of request; it is used up. */
function take(armed: Armed[], apiKey: number): Armed | undefined {
  const index = armed.findIndex(({ point }) => API_KEYS[point.api] === apiKey);
  return index < 0 ? undefined : armed.splice(index, 1)[0];
}

interface Gate {
  pass(frame: Buffer): void;
  /** Keeps everything back for a while, in order. */
  hold(ms: number): void;
  /** At once, or when nothing is kept back any more. */
  whenOpen(then: () => void): void;
}

function gate(write: (frame: Buffer) => void): Gate {
  let kept: Buffer[] | undefined;
  let waiting: (() => void)[] = [];
  return {
    pass(frame) {
      if (kept === undefined) write(frame);
      else kept.push(frame);
    },
    hold(ms) {
      if (kept !== undefined) return; // it waits behind what is held already
      kept = [];
      setTimeout(() => {
        const frames = kept!;
        kept = undefined;
        frames.forEach(write);
        for (const then of waiting) then();
        waiting = [];
      }, ms);
    },
    whenOpen(then) {
      if (kept === undefined) then();
      else waiting.push(then);
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });
}
