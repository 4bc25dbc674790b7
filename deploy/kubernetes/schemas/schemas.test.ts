import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { build, kustomizeCommand, parseResources, type Resource } from '../manifests.ts';
import { toolsFolder } from './folder.ts';

const kubeconform = join(toolsFolder, 'kubeconform');
const kustomize = kustomizeCommand();
const text = kustomize ? build(kustomize, 'overlays/production-rolling') : '';
const resources = text ? parseResources(text) : [];

/** By whom its schema is published, and a kind of theirs. */
const owners: [owner: string, isTheirs: (apiVersion: string) => boolean, schema: string][] = [
  [
    'Kubernetes 1.35',
    (version) => /^(v1|apps\/|policy\/|networking\.k8s\.io\/)/.test(version),
    'deployment-apps-v1',
  ],
  ['KEDA 2.21', (version) => version.startsWith('keda.sh/'), 'scaledobject-keda-v1alpha1'],
  ['Strimzi 1.2', (version) => version.startsWith('kafka.strimzi.io/'), 'kafkatopic-kafka-v1'],
  [
    'the Prometheus operator 0.85',
    (version) => version.startsWith('monitoring.coreos.com/'),
    'servicemonitor-monitoring-v1',
  ],
];

describe.each(owners)('the schemas of %s', (_, isTheirs, schema) => {
  const theirs = resources.filter(({ apiVersion }) => isTheirs(apiVersion));
  const missing = whyNot(schema);

  test('fit what the overlays give, without an unknown field', (context) => {
    if (missing) return context.skip(missing);
    expect(theirs.length).toBeGreaterThan(0);
    expect(judge(theirs)).toBe('');
  });

  test('find a misspelt field', (context) => {
    if (missing) return context.skip(missing);
    const { spec, ...rest } = theirs.find(
      (resource) => resource.spec && Object.keys(resource.spec).length > 0,
    )!;
    expect(judge([{ ...rest, spec: { ...spec, replicaz: 1 } }])).toContain('replicaz');
  });
});

test('every resource has an owner', (context) => {
  if (!kustomize) return context.skip('neither kustomize nor kubectl is installed');
  for (const { apiVersion } of resources)
    expect(
      owners.filter(([, isTheirs]) => isTheirs(apiVersion)),
      apiVersion,
    ).toHaveLength(1);
});

/** What kubeconform has against them; empty: nothing. */
function judge(judged: Resource[]): string {
  const location = join(toolsFolder, 'schemas', '{{.ResourceKind}}{{.KindSuffix}}.json');
  const run = spawnSync(kubeconform, ['-strict', '-schema-location', location, '-'], {
    input: judged.map((resource) => stringify(resource)).join('---\n'),
    encoding: 'utf8',
  });
  return run.status === 0 ? '' : run.stdout + run.stderr;
}

function whyNot(schema: string): string | undefined {
  if (!kustomize) return 'neither kustomize nor kubectl is installed';
  if (existsSync(kubeconform) && existsSync(join(toolsFolder, 'schemas', `${schema}.json`))) return undefined;
  return 'kubeconform or these schemas are not there: node deploy/kubernetes/schemas/prepare.ts';
}
