import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { topicPlan } from '@meanwhile/records';
import { readSettings } from '@meanwhile/service';
import { describe, expect, test } from 'vitest';
import { schemas } from '../settings-docs.ts';
import { build, kustomizeCommand, parseResources, type Resource, readResources } from './manifests.ts';
import { prometheusRule, ruleFile } from './prometheus-rule.ts';

const DAY_MS = 86_400_000;
const topics = readResources('components/strimzi/topics.yaml');
const users = readResources('components/strimzi/users.yaml');
const [scaled] = readResources('components/keda/scaled-object.yaml');

test("Strimzi's topics are those that `meanwhile topics` would create on three brokers", () => {
  const plans = topicPlan({
    inputTopic: 'prices',
    outputTopic: 'averages',
    partitions: 12,
    replicationFactor: 3,
    minInsyncReplicas: 2,
    retentionInputMs: 7 * DAY_MS,
    retentionOutputMs: 7 * DAY_MS,
    retentionDeadLettersMs: 30 * DAY_MS,
  });
  const made = topics.map(({ metadata, spec }) => ({
    name: metadata.name,
    partitions: spec.partitions,
    replicationFactor: spec.replicas,
    config: Object.fromEntries(Object.entries(spec.config).map(([name, value]) => [name, String(value)])),
  }));
  expect(made).toEqual(plans);
});

test("Strimzi's users have the rights of the table in OPERATIONS, and those that its text adds", () => {
  const side = ['averages', 'averages-late', 'averages-dead-letters'].map((name) => `topic ${name} READ`);
  // A transaction that was left half ended is looked for in all outputs; a value is explained from all five topics.
  const added: Record<string, string[]> = {
    aggregator: side,
    sink: [...side, 'topic prices READ'],
    keda: ['group meanwhile DESCRIBE', 'topic prices DESCRIBE'],
  };
  for (const { metadata, spec } of users) {
    const wanted = new Set([...documentedRights(metadata.name), ...(added[metadata.name] ?? [])]);
    // READ brings DESCRIBE with it.
    for (const right of wanted)
      if (right.endsWith(' READ')) wanted.delete(right.replace(/READ$/, 'DESCRIBE'));
    expect(rightsOf(spec.authorization.acls), metadata.name).toEqual([...wanted].toSorted());
  }
});

test('the PrometheusRule is what the alerts say: else run npm run kubernetes:rules', () => {
  expect(parseResources(readFileSync(ruleFile, 'utf8'))).toEqual(parseResources(prometheusRule()));
});

test('KEDA asks for the lag of our group, and never for more replicas than the input has partitions', () => {
  const { maxReplicaCount, minReplicaCount, triggers } = scaled!.spec;
  const { topic, consumerGroup, bootstrapServers, allowIdleConsumers } = triggers[0].metadata;
  const settings = ['base/settings.env', 'components/strimzi/security.env'].map((file) =>
    readFileSync(resolve(import.meta.dirname, file), 'utf8'),
  );
  expect(settings[0]).toContain(`INPUT_TOPIC=${topic}\n`);
  expect(settings[0]).toContain(`GROUP_ID=${consumerGroup}\n`);
  expect(settings[1]).toContain(`KAFKA_BROKERS=${bootstrapServers}\n`);
  const input = topics.find(({ metadata }) => metadata.name === topic)!;
  expect(maxReplicaCount).toBe(input.spec.partitions);
  expect(minReplicaCount).toBeGreaterThan(1);
  expect(allowIdleConsumers).toBe('false');
});

const kustomize = kustomizeCommand();
describe.each(['base', 'overlays/production'])('deploy/kubernetes/%s', (folder) => {
  const resources = kustomize ? parseResources(build(kustomize, folder)) : [];
  const workloads = resources.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  const missing = kustomize ? undefined : 'neither kustomize nor kubectl is installed';

  test('pods run without rights, on a file system that they cannot write, within memory', (context) => {
    if (missing) return context.skip(missing);
    expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual(['aggregator', 'sink']);
    for (const { spec } of workloads) {
      const pod = spec.template.spec;
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(pod.containers).toEqual([
        expect.objectContaining({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        }),
      ]);
      expect(pod.containers[0].resources.limits.memory).toBe(pod.containers[0].resources.requests.memory);
      // The lifecycle's own limit for a clean stop, and a second for a start that is cut short, after the pod's preStop.
      const preStopS = pod.containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(11 + preStopS);
    }
  });

  test('the settings of each pod are right ones', (context) => {
    if (missing) return context.skip(missing);
    for (const workload of workloads) {
      const service = workload.metadata.name;
      const env = environmentOf(workload, resources);
      const { faults, warnings } = readSettings({ schema: schemas[service]!, env, service });
      // The password is not on this machine.
      expect(faults.filter((fault) => !JSON.stringify(fault).includes('/etc/meanwhile/'))).toEqual([]);
      expect(warnings).toEqual([]);
    }
  });

  test('ports, probes, disruption budgets and services meet', (context) => {
    if (missing) return context.skip(missing);
    for (const { metadata, spec } of workloads) {
      const [container] = spec.template.spec.containers;
      expect(container.ports).toEqual([
        { name: 'http', containerPort: schemas[metadata.name]!.shape['HTTP_PORT']!.parse(undefined) },
      ]);
      expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' });
      expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
      for (const kind of ['PodDisruptionBudget', 'Service']) {
        const found = resources.find((other) => other.kind === kind && other.metadata.name === metadata.name);
        const selector = kind === 'Service' ? found!.spec.selector : found!.spec.selector.matchLabels;
        expect(spec.template.metadata.labels, kind).toMatchObject(selector);
      }
    }
  });

  test('no secret lies in it', (context) => {
    if (missing) return context.skip(missing);
    const secrets = resources.filter(({ kind }) => kind === 'Secret');
    expect(secrets.map(({ data }) => Object.keys(data!))).toEqual(folder === 'base' ? [] : [['username']]);
  });
});

test('production-rolling is production with another strategy', (context) => {
  if (!kustomize) return context.skip('neither kustomize nor kubectl is installed');
  const plain = parseResources(build(kustomize, 'overlays/production'));
  const rolling = parseResources(build(kustomize, 'overlays/production-rolling'));
  const differing = rolling.filter((resource, i) => JSON.stringify(resource) !== JSON.stringify(plain[i]));
  expect(differing.map(({ kind, spec }) => [kind, spec.strategy.type])).toEqual([
    ['Deployment', 'RollingUpdate'],
  ]);
});

/** `topic averages WRITE` of a user's rows in the table, by their kind of resource, name and operation. */
function documentedRights(user: string): string[] {
  const operations = readFileSync(resolve(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8');
  const found: string[] = [];
  let of = '';
  for (const [, first, resource, rights] of operations.matchAll(/^\| (.*?) ?\| (.+?) \| ([A-Z_, ]+) \|/gm)) {
    of = first! || of;
    if (of !== user) continue;
    const type = /^(topic|group|transactional id)/.exec(resource!)![1]!;
    // One cell may name several, of one kind or of two.
    for (const part of resource!.split(/, (?=group|topic )/)) {
      const kind = /^(topic|group|transactional id)/.exec(part)?.[1] ?? type;
      for (const [, name] of part.matchAll(/`([\w-]+)`/g))
        for (const operation of rights!.split(', ')) found.push(`${kind} ${name} ${operation}`);
    }
  }
  expect(found.length > 0 || user === 'keda', user).toBe(true);
  return found;
}

interface Acl {
  resource: { type: string; name: string; patternType?: string };
  operations: string[];
}

function rightsOf(acls: Acl[]): string[] {
  const words = (text: string) => text.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return acls
    .flatMap(({ resource, operations }) => {
      const kind = resource.type === 'transactionalId' ? 'transactional id' : resource.type;
      expect(resource.patternType ?? 'literal').toBe(resource.name.endsWith('-') ? 'prefix' : 'literal');
      return operations.map((operation) => `${kind} ${resource.name} ${words(operation)}`);
    })
    .toSorted();
}

/** What the container is started with. */
function environmentOf(workload: Resource, resources: readonly Resource[]): Record<string, string> {
  const [container] = workload.spec.template.spec.containers;
  const maps = container.envFrom.map((from: { configMapRef: { name: string } }) => {
    return resources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === from.configMapRef.name,
    )!.data;
  });
  const own = (container.env ?? []).map(({ name, value }: { name: string; value: string }) => [name, value]);
  return Object.assign({}, ...maps, Object.fromEntries(own));
}
