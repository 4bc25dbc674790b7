import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { waitUntilServing } from '../../deploy/local/broker-probe.ts';
import { type Certificates, makeCertificates } from './broker-certificates.ts';
import { findKafkaJava } from './broker-java.ts';
import { brokerFolder, lastingPort, makeBrokerNode, removeBrokerFolder } from './broker-node.ts';
import { until } from './pipeline.ts';

/** A broker that lets nobody in without a name, and nobody do anything without a right. */
export interface SecureBroker {
  /** `host:port` of its listeners. */
  listeners: {
    /** SCRAM and PLAIN over TLS. */
    saslTls: string;
    /** SCRAM and PLAIN. */
    sasl: string;
    /** TLS with a client certificate; its subject is the principal. */
    mutualTls: string;
    /** Without any protection, where everybody may do everything: for the test's own questions. */
    open: string;
  };
  certificates: Certificates;
  passwordOf(user: string): string;
  /** Returns when the broker acts by them. */
  allow(rights: readonly Right[]): Promise<void>;
  /** Takes rights back, each exactly as it was given. */
  revoke(rights: readonly Right[]): Promise<void>;
  stop(): Promise<void>;
}

/** One entry of the access control list. */
export interface Right {
  /** `User:name` */
  principal: string;
  resource: 'topic' | 'group' | 'transactionalId';
  name: string;
  /** Also of everything whose name begins with it. */
  isPrefix?: boolean;
  operation: 'read' | 'write' | 'create' | 'delete' | 'describe' | 'describeConfigs';
}

/** @returns the broker, or in a text why there can be none on this machine */
export async function startSecureBroker(users: readonly string[]): Promise<SecureBroker | string> {
  const java = await findKafkaJava();
  if (typeof java === 'string') return java;
  const folder = brokerFolder('secure');
  const certificates = await makeCertificates(folder);
  if (typeof certificates === 'string') return `no certificates to test with: ${certificates}`;
  const passwords = new Map(users.map((user) => [user, randomBytes(12).toString('hex')]));
  const ports = { saslTls: 0, sasl: 0, mutualTls: 0, open: 0, controller: 0 };
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await lastingPort();
  const scram = [...passwords].flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  const node = await makeBrokerNode({
    java,
    folder,
    name: `meanwhile-test-${process.pid}-${randomUUID().slice(0, 8)}`,
    settings: settingsOf(ports, certificates, keyStore(folder, certificates), passwords),
    format: scram,
    heapMb: 384,
  });
  node.start();
  const open = `127.0.0.1:${ports.open}`;
  const admin = new kafkajs.Kafka({ brokers: [open], clientId: 'admin', logLevel: 0 }).admin();
  const stop = async () => {
    await admin.disconnect();
    if (node.isRunning) await node.kill();
    removeBrokerFolder(folder);
  };
  try {
    await waitUntilServing(open, { timeoutMs: 90_000 });
    await admin.connect();
  } catch (error) {
    const said = node.lastWords();
    await stop();
    throw new Error(`${(error as Error).message}; its log ends:\n${said}`, { cause: error });
  }
  return {
    listeners: {
      saslTls: `127.0.0.1:${ports.saslTls}`,
      sasl: `127.0.0.1:${ports.sasl}`,
      mutualTls: `127.0.0.1:${ports.mutualTls}`,
      open,
    },
    certificates,
    passwordOf: (user) => passwords.get(user)!,
    async allow(rights) {
      await admin.createAcls({ acl: rights.map(entryOf) });
      await until(
        'the rights are known',
        30_000,
        async () => (await areKnown(admin, rights)).every(Boolean),
        20,
      );
    },
    async revoke(rights) {
      await admin.deleteAcls({ filters: rights.map(entryOf) });
      await until(
        'the rights are gone',
        30_000,
        async () => !(await areKnown(admin, rights)).some(Boolean),
        20,
      );
    },
    stop,
  };
}

/** Kafka wants a PEM key store in one file: the key, then the certificate. */
function keyStore(folder: string, { broker }: Certificates): string {
  const path = join(folder, 'broker-store.pem');
  writeFileSync(path, `${readFileSync(broker.key, 'utf8')}${readFileSync(broker.certificate, 'utf8')}`);
  return path;
}

function settingsOf(
  ports: Record<string, number>,
  certificates: Certificates,
  store: string,
  passwords: ReadonlyMap<string, string>,
): Record<string, string> {
  const addresses = {
    SASLTLS: `127.0.0.1:${ports['saslTls']}`,
    SASL: `127.0.0.1:${ports['sasl']}`,
    MUTUALTLS: `127.0.0.1:${ports['mutualTls']}`,
    OPEN: `127.0.0.1:${ports['open']}`,
  };
  const listeners = Object.entries(addresses).map(([name, address]) => `${name}://${address}`);
  const plainUsers = [...passwords].map(([user, password]) => `user_${user}="${password}"`).join(' ');
  const logins: Record<string, string> = {};
  for (const listener of ['sasltls', 'sasl']) {
    const prefix = `listener.name.${listener}`;
    for (const mechanism of ['scram-sha-256', 'scram-sha-512']) {
      logins[`${prefix}.${mechanism}.sasl.jaas.config`] =
        'org.apache.kafka.common.security.scram.ScramLoginModule required;';
    }
    logins[`${prefix}.plain.sasl.jaas.config`] =
      `org.apache.kafka.common.security.plain.PlainLoginModule required ${plainUsers};`;
  }
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${ports['controller']}`,
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${ports['controller']}`].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,OPEN:PLAINTEXT,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,MUTUALTLS:SSL',
    'inter.broker.listener.name': 'OPEN',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
    ...logins,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'listener.name.mutualtls.ssl.client.auth': 'required',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    // Who comes by the open listener and the broker itself.
    'super.users': 'User:ANONYMOUS',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
  };
}

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const operations = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  create: AclOperationTypes.CREATE,
  delete: AclOperationTypes.DELETE,
  describe: AclOperationTypes.DESCRIBE,
  describeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

const resources = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
};

function entryOf({ principal, resource, name, isPrefix, operation }: Right): kafkajs.AclEntry {
  return {
    principal,
    host: '*',
    operation: operations[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: resources[resource],
    resourceName: name,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  };
}

function areKnown(admin: kafkajs.Admin, rights: readonly Right[]): Promise<boolean[]> {
  return Promise.all(
    rights.map(async (right) => {
      const { resources: found } = await admin.describeAcls(entryOf(right));
      return found.some(({ acls }) => acls.length > 0);
    }),
  );
}
