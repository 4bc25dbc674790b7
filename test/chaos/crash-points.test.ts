import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, inject, test } from 'vitest';
import { type FaultPoint, type KafkaProxy, startKafkaProxy } from '../support/kafka-proxy.ts';
import { API_KEYS, type ApiName } from '../support/kafka-proxy-protocol.ts';
import { type Chaos, NAMES, PATIENCE_MS, startChaos } from './chaos.ts';
import { isFull, progress } from './report.ts';

/** When the steps come that do not come by themselves all the time. */
const AT_START: ApiName[] = [
  'Metadata',
  'FindCoordinator',
  'InitProducerId',
  'ListOffsets',
  'JoinGroup',
  'SyncGroup',
];
/** Asked only for a partition without a journal: when everything is new. */
const WHEN_NEW: ApiName = 'OffsetFetch';
const AT_STOP: ApiName = 'LeaveGroup';
const AT_CLOCK_JUMP: ApiName = 'DeleteRecords';
const CLOCK_JUMP_EVERY_MS = 2_000;

/** Longer than a client waits for an answer (10 s): the request reaches the broker as one of a zombie. */
const HOLD_LONG_MS = 12_000;
const HOLD_SHORT_MS = 1_500;
const HELD_LONG: ApiName[] = ['Produce', 'TxnOffsetCommit', 'EndTxn', 'InitProducerId'];

const NEW_CUT = points([WHEN_NEW]).filter(({ how }) => how === 'reset');
const CUT: FaultPoint[] = [
  { api: 'EndTxn', when: 'after', how: 'drop' },
  { api: 'EndTxn', when: 'before', how: 'hold', holdMs: HOLD_LONG_MS },
  { api: 'TxnOffsetCommit', when: 'before', how: 'drop' },
  { api: 'Produce', when: 'after', how: 'reset' },
  { api: 'Fetch', when: 'after', how: 'reset' },
  { api: 'Heartbeat', when: 'before', how: 'reset' },
  { api: 'InitProducerId', when: 'after', how: 'reset' },
  { api: 'SyncGroup', when: 'after', how: 'hold', holdMs: HOLD_SHORT_MS },
  { api: 'LeaveGroup', when: 'before', how: 'reset' },
  { api: 'JoinGroup', when: 'before', how: 'reset' },
  { api: 'DeleteRecords', when: 'after', how: 'reset' },
  { api: 'Metadata', when: 'after', how: 'reset' },
];

const NEW = isFull ? points([WHEN_NEW]) : NEW_CUT;
const LATER = isFull ? points((Object.keys(API_KEYS) as ApiName[]).filter((api) => api !== WHEN_NEW)) : CUT;

const clockJump = pathToFileURL(join(import.meta.dirname, 'clock-jump.ts')).href;
let chaos: Chaos | undefined;
const proxies = new Map<string, KafkaProxy>();

afterEach(async () => {
  await chaos?.close();
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
});

test(`a connection held, dropped or reset at ${NEW.length + LATER.length} steps of the protocol`, async (ctx) => {
  const brokers = inject('brokers');
  if (brokers.includes(','))
    return ctx.skip('the proxy stands in front of one broker, KAFKA_BROKERS names several');
  for (const name of NAMES) proxies.set(name, await startKafkaProxy(brokers));
  const whileNew = armWhenNew();
  chaos = await startChaos({
    brokers,
    name: 'points',
    // A process of another time of day must not see silence.
    env: { IDLE_TIMEOUT: 'off', NODE_OPTIONS: `--import ${clockJump}` },
    envOf: (name) => ({ KAFKA_BROKERS: proxies.get(name)!.address }),
  });
  expect(whileNew()).toEqual(NEW.map(titleOf));
  const started = chaos;
  // Three lanes at once: what one aggregator suffers, the others have to live with.
  await Promise.all(NAMES.map((name, lane) => runLane(started, name, lane)));
  await started.untilCommittedAfter(Date.now());
  await started.finish();
  // A long hold is there to let a request come late.
  const late = [...proxies.values()].map(({ lateArrivals }) => lateArrivals);
  expect(
    Math.max(...late),
    'requests that came to the broker after their client had given up',
  ).toBeGreaterThan(0);
});

/**
 * Who opens a partition first is a matter of chance, so every aggregator is armed with all of these points, in another order.
 * @returns which of them were hit by now; the rest is disarmed
 */
function armWhenNew(): () => string[] {
  const hits = new Set<string>();
  const armed = NAMES.flatMap((name, lane) => {
    const first = Math.floor((lane * NEW.length) / NAMES.length);
    return [...NEW.slice(first), ...NEW.slice(0, first)].map((point) => {
      const one = proxies.get(name)!.arm(point);
      void one.hit.then(() => hits.add(titleOf(point)));
      return one;
    });
  });
  return () => {
    for (const one of armed) one.disarm();
    return NEW.map(titleOf).filter((title) => hits.has(title));
  };
}

async function runLane(o: Chaos, name: string, lane: number): Promise<void> {
  // Every row of hold, drop and reset is dealt out in another order: what is dropped takes longest.
  const own = LATER.filter((_, i) => (i + Math.floor(i / NAMES.length)) % NAMES.length === lane);
  for (const [i, point] of own.entries()) {
    const startMs = Date.now();
    await makeFault(o, name, point);
    progress(`${name}: ${i + 1} of ${own.length}: ${titleOf(point)}: ${Date.now() - startMs} ms`);
  }
}

/** Makes the fault, and waits until everything goes on. */
async function makeFault(o: Chaos, name: string, point: FaultPoint): Promise<void> {
  const proxy = proxies.get(name)!;
  const isRestart = AT_START.includes(point.api);
  if (isRestart) await stop(o, name);
  const armed = proxy.arm(point);
  if (point.api === AT_STOP) await stop(o, name);
  if (isRestart || point.api === AT_STOP) await o.launch(name);
  // Two jumps at least where no snapshot is old yet: one makes the first snapshot due, the next one makes it old.
  const jumping =
    point.api === AT_CLOCK_JUMP
      ? setInterval(() => o.members.get(name)!.kill('SIGUSR2'), CLOCK_JUMP_EVERY_MS)
      : undefined;
  await within(armed.hit, `${name}: ${titleOf(point)}`).finally(() => clearInterval(jumping));
  const hitMs = Date.now();
  await within(o.members.get(name)!.ready(), `${name} ready after ${titleOf(point)}`);
  await o.untilCommittedAfter(hitMs);
  await o.untilCaughtUp();
}

async function stop(o: Chaos, name: string): Promise<void> {
  expect(await o.members.get(name)!.stop(), `exit code of ${name}`).toBe(0);
}

function points(apis: ApiName[]): FaultPoint[] {
  return apis.flatMap((api) =>
    (['before', 'after'] as const).flatMap((when) =>
      (['hold', 'drop', 'reset'] as const).map((how) => {
        const isLong = when === 'before' && HELD_LONG.includes(api);
        return { api, when, how, holdMs: isLong ? HOLD_LONG_MS : HOLD_SHORT_MS };
      }),
    ),
  );
}

function titleOf({ api, when, how }: FaultPoint): string {
  return `${how} ${when} ${api}`;
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`)),
    PATIENCE_MS,
  );
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}
