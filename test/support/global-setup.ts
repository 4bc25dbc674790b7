import type { TestProject } from 'vitest/node';
import { type Broker, provideBroker } from '../../deploy/local/broker.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port`, comma-separated: a real Kafka, shared by all tests of this run. */
    brokers: string;
  }
}

interface Shared {
  users: number;
  broker: Promise<Broker>;
}

/** vitest sets up each project by itself, with modules of its own; one broker serves them all. */
const holder = globalThis as { meanwhileTestBroker?: Shared | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.meanwhileTestBroker ??= { users: 0, broker: startBroker() };
  const shared = holder.meanwhileTestBroker;
  shared.users += 1;
  project.provide('brokers', (await shared.broker).brokers);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    holder.meanwhileTestBroker = undefined;
    await (await shared.broker).stop();
  };
}

async function startBroker(): Promise<Broker> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const broker = await provideBroker({ purpose: 'test', log, env: process.env });
  log(`broker: ${broker.describe}, ${broker.brokers}`);
  return broker;
}
