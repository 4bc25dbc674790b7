import type { BrokerPurpose } from './broker.ts';

/** The release that is run where we bring the broker, the same by Docker and on Java. */
export const kafkaVersion = '4.3.1';

/**
 * Settings of a single broker for one machine: its internal topics have one replica and a first member
 * gets its partitions at once instead of after 3 s. No topic is made by accident: `meanwhile topics`
 * makes them, with settings.
 */
export function brokerSettings(purpose: BrokerPurpose): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    ...(purpose === 'test' ? testSettings : {}),
  };
}

const testSettings = {
  // Fewer internal partitions: the first use of a coordinator creates them all, one by one.
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.num.partitions': '5',
  // Tests of a lost member need not wait the default minimum of 6 s.
  'group.min.session.timeout.ms': '1000',
};
