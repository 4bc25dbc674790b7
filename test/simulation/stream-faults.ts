import type { Fate, SimProcess } from '@meanwhile/kafka/testing';
import type { Scenario } from './stream-scenario.ts';

/** A fault is made at a time; whether it hits shows only later. */
export type FaultName =
  | 'crash'
  | 'pause'
  | 'long pause'
  | 'expel'
  | 'restart'
  | 'network'
  | 'deaf'
  | 'late requests'
  | 'broker restart'
  | 'input truncated';

const NAMES: readonly FaultName[] = [
  'crash',
  'crash',
  'crash',
  'pause',
  'long pause',
  'expel',
  'restart',
  'restart',
  'network',
  'network',
  'deaf',
  'late requests',
  'broker restart',
  'broker restart',
  'input truncated',
];
const FATES: readonly Exclude<Fate, 'good'>[] = ['notSent', 'lost', 'answerLost', 'late', 'slow', 'refused'];
const APIS = ['Produce', 'TxnOffsetCommit', 'EndTxn', 'InitProducerId', 'Fetch', 'ListOffsets', 'Heartbeat'];

/** A broker takes longer to start than a writer waits before it looks again; a longer session than the scenario's outlasts it. */
const RESTART_MS_MIN = 1_050;
const RESTART_MS_MAX = 1_450;

/** Strikes again and again, until told to stop. */
export function keepStriking(scenario: Scenario, isOver: () => boolean): void {
  const { world } = scenario;
  world.after(world.random.int(100, 900), () => {
    if (isOver()) return;
    strike(scenario, world.random.pick(NAMES));
    keepStriking(scenario, isOver);
  });
}

function strike(scenario: Scenario, name: FaultName): void {
  const { world, cluster } = scenario;
  const { random } = world;
  const instance = scenario.pickInstance();
  if (instance === undefined && name !== 'input truncated' && name !== 'broker restart') return;
  const hit = (detail: string) => scenario.hit(name, detail);
  switch (name) {
    case 'crash':
      instance!.process.afterSteps(random.int(1, 40), () => {
        hit(instance!.name);
        scenario.crash(instance!);
        world.after(random.int(50, 3_000), () => scenario.start(instance!.name));
      });
      return;
    case 'pause':
    case 'long pause':
      instance!.process.afterSteps(random.int(1, 40), () => {
        hit(instance!.name);
        instance!.process.pause();
        const lengthMs = name === 'pause' ? random.int(200, 1_500) : random.int(2_000, 9_000);
        world.after(lengthMs, () => instance!.process.resume());
      });
      return;
    case 'expel': {
      const group = cluster.group(scenario.groupId);
      if (group.memberIds.length === 0) return;
      const members = random.chance(0.3) ? group.memberIds : [random.pick(group.memberIds)];
      hit(members.join(' '));
      group.remove(members);
      return;
    }
    case 'restart':
      hit(instance!.name);
      scenario.restart(instance!, random.chance(0.5) ? random.pick(scenario.subject.labels) : undefined);
      return;
    case 'broker restart':
      restartBroker(scenario);
      return;
    case 'input truncated':
      for (const partition of scenario.partitions) {
        const before = scenario.snapshotOffset(partition);
        if (before > 0) hit(`${partition} before ${before}`);
        if (before > 0) cluster.partition(scenario.topics.input, partition).deleteBefore(before);
      }
      return;
    default:
      disturb(scenario, name, instance!.process);
  }
}

/** At the next end of a transaction, before all its markers are written: those that are left may be lost (KAFKA-20734). */
function restartBroker(scenario: Scenario): void {
  const { world, cluster } = scenario;
  const { random } = world;
  cluster.transactions.onEnding = () => {
    cluster.transactions.onEnding = () => {};
    world.after(random.fraction() * 2, () => {
      cluster.network.breakConnections();
      const lost = cluster.transactions.loseMarkers(() => random.chance(0.6));
      if (lost > 0) scenario.hit('markers lost', `${lost}`);
      const away = { fate: random.pick(['notSent', 'lost'] as const), probability: 1 };
      scenario.addNetworkFault(away, random.int(RESTART_MS_MIN, RESTART_MS_MAX), 'broker restart');
    });
  };
}

function disturb(scenario: Scenario, name: 'network' | 'deaf' | 'late requests', process: SimProcess): void {
  const { random } = scenario.world;
  if (name === 'deaf') {
    const fate = random.pick(['lost', 'answerLost'] as const);
    scenario.addNetworkFault({ process, fate, probability: 1 }, random.int(100, 3_000), name);
  } else if (name === 'late requests') {
    const api = random.pick(['Produce', 'TxnOffsetCommit', 'EndTxn', 'InitProducerId']);
    scenario.addNetworkFault({ fate: 'late', probability: 0.4, api }, random.int(200, 2_000), name);
  } else {
    const fault = {
      fate: random.pick(FATES),
      api: random.pick(APIS),
      probability: random.pick([0.1, 0.3, 1]),
    };
    scenario.addNetworkFault(fault, random.int(100, 2_000), name);
  }
}
