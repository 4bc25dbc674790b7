import { randomUUID } from 'node:crypto';
import { topicNames } from '@meanwhile/records';
import { startStream } from '@meanwhile/stream';
import { silent } from '../../support/pipeline.ts';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import { benchFactory } from './bench-factory.ts';
import type { RestoreArgs, RestoreResult } from './restore-args.ts';

/** How often the state of the partition is looked at; what it costs is nothing beside a restore. */
const LOOK_EVERY_MS = 2;

runMeasured(restoreOnce);

/** Opens the partition as a replica does that takes it over, until it runs. Not stopped cleanly: a snapshot would be written. */
async function restoreOnce(args: RestoreArgs): Promise<RestoreResult> {
  const names = topicNames(args.outputTopic);
  const factory = benchFactory(args);
  let replayStart: NodeJS.CpuUsage | undefined;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const stream = await startStream({
    kafka: { brokers: args.brokers.split(','), clientId: 'bench' },
    topics: {
      input: args.inputTopic,
      outputs: [names.averages, names.late, names.deadLetters],
      journal: names.journal,
    },
    groupId: `bench-${randomUUID()}`, // no session to wait out
    instanceId: 'bench',
    peerAddress: '127.0.0.1:9',
    fastFailover: false,
    start: 'earliest',
    commitIntervalMs: 100,
    idleSkewMs: 1_000,
    sessionTimeoutMs: 10_000,
    factory: {
      ...factory,
      create(...from) {
        replayStart = process.cpuUsage();
        return factory.create(...from);
      },
      restore(...from) {
        replayStart = process.cpuUsage();
        return factory.restore(...from);
      },
    },
    logger: silent,
    onFatal: reject,
  });
  return Promise.race([failed, untilRunning()]);

  async function untilRunning(): Promise<RestoreResult> {
    let assignedMs: number | undefined;
    for (;;) {
      const [status] = stream.status() ?? [];
      if (status) assignedMs ??= performance.now();
      if (status?.state === 'running' && replayStart) {
        return {
          replayCpuSeconds: cpuSecondsSince(replayStart),
          openMs: performance.now() - assignedMs!,
          totalMs: performance.now(), // counts from the start of the process
          keys: (status.processor as ReturnType<typeof factory.create>).keyCount,
        };
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
