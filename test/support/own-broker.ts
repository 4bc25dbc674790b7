import { randomUUID } from 'node:crypto';
import { waitUntilServing } from '../../deploy/local/broker-probe.ts';
import { brokerSettings } from '../../deploy/local/broker-settings.ts';
import { findKafkaJava } from './broker-java.ts';
import { brokerFolder, lastingPort, makeBrokerNode, removeBrokerFolder } from './broker-node.ts';

/** One broker of our own: the one that all tests share must not be killed. */
export interface OwnBroker {
  brokers: string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data and its port, and waits until it serves. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param settings of server.properties, over the usual ones
 * @returns the broker, or in a text why there can be none on this machine
 */
export async function startOwnBroker(settings: Record<string, string> = {}): Promise<OwnBroker | string> {
  const java = await findKafkaJava();
  if (typeof java === 'string') return java;
  const address = `127.0.0.1:${await lastingPort()}`;
  const controller = `127.0.0.1:${await lastingPort()}`;
  const folder = brokerFolder('own');
  const node = await makeBrokerNode({
    java,
    folder,
    name: `meanwhile-own-${process.pid}-${randomUUID().slice(0, 8)}`,
    settings: {
      ...brokerSettings('test'),
      ...settings,
      'controller.quorum.voters': `1@${controller}`,
      listeners: `PLAINTEXT://${address},CONTROLLER://${controller}`,
      'advertised.listeners': `PLAINTEXT://${address}`,
    },
    heapMb: 512,
  });
  const restart = async () => {
    node.start();
    await waitUntilServing(address, {
      timeoutMs: 120_000,
      stillThere: () => {
        if (!node.isRunning) throw new Error(`the broker has ended; its log ends:\n${node.lastWords()}`);
      },
    });
  };
  const stop = async () => {
    await node.stop();
    removeBrokerFolder(folder);
  };
  try {
    await restart();
  } catch (error) {
    await stop();
    throw error;
  }
  return { brokers: address, kill: () => node.kill(), restart, stop };
}
