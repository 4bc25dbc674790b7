// Brings what deploy/kubernetes is validated with into the user's cache folder: kustomize and kubeconform by `go install`, the
// schemas of Kubernetes and of the operators' resources from their published modules. What cannot be had is said and left
// out; the tests name it as skipped. `node deploy/kubernetes/schemas/prepare.ts`, as .ci/run does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { toolsFolder } from './folder.ts';
import { strict } from './strict.ts';

const KUSTOMIZE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1';
const KUBECONFORM = 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0';
const KUBERNETES = 'k8s.io/kubernetes@v1.35.0';
const KEDA = 'github.com/kedacore/keda/v2@v2.21.0';
const PROMETHEUS_OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

const steps: Record<string, () => void> = {
  kustomize: () => install('kustomize', KUSTOMIZE),
  kubeconform: () => install('kubeconform', KUBECONFORM),
  'the schemas of Kubernetes': () => {
    const folder = join(module(KUBERNETES), 'api/openapi-spec/v3');
    for (const group of ['api__v1', 'apis__apps__v1', 'apis__policy__v1', 'apis__networking.k8s.io__v1'])
      writeGroup(join(folder, `${group}_openapi.json`));
  },
  "KEDA's definitions": () => {
    const folder = join(module(KEDA), 'config/crd/bases');
    for (const name of ['scaledobjects', 'triggerauthentications'])
      writeDefinition(join(folder, `keda.sh_${name}.yaml`));
  },
  "the Prometheus operator's definitions": () => {
    const folder = join(module(PROMETHEUS_OPERATOR), 'example/prometheus-operator-crd');
    for (const name of ['servicemonitors', 'prometheusrules'])
      writeDefinition(join(folder, `monitoring.coreos.com_${name}.yaml`));
  },
  "Strimzi's definitions": writeStrimzi,
};

mkdirSync(join(toolsFolder, 'schemas'), { recursive: true });
const pom = resolve(import.meta.dirname, 'pom.xml');
const wanted = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .update(readFileSync(pom))
  .digest('hex');
for (const [what, bring] of Object.entries(steps)) {
  const done = join(toolsFolder, `${what.replaceAll(/\W/g, '-')}.done`);
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) continue;
  try {
    bring();
    writeFileSync(done, wanted);
  } catch (error) {
    console.error(`deploy/kubernetes: ${what} cannot be had: ${(error as Error).message}`);
  }
}

function install(program: string, source: string): void {
  run('go', ['install', source], { GOBIN: toolsFolder });
  if (!existsSync(join(toolsFolder, program))) throw new Error(`go install left no ${program}`);
}

/** The folder of a Go module's source. */
function module(source: string): string {
  const { Dir: folder } = JSON.parse(run('go', ['mod', 'download', '-json', source])) as { Dir: string };
  return folder;
}

interface Kind {
  group: string;
  version: string;
  kind: string;
}

/** One file of the API server's own description: a schema for each kind of the group, beside all that they refer to. */
function writeGroup(file: string): void {
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    components: { schemas: Record<string, { 'x-kubernetes-group-version-kind'?: Kind[] }> };
  };
  const definitions = strict(document.components.schemas);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const kinds = schema['x-kubernetes-group-version-kind'] ?? [];
    // What belongs to every group is no resource.
    if (kinds.length === 1) writeSchema(kinds[0]!, { $ref: `#/definitions/${name}`, definitions });
  }
}

function writeDefinition(file: string): void {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: {
      group: string;
      names: { kind: string };
      versions: { name: string; schema: { openAPIV3Schema: unknown } }[];
    };
  };
  for (const { name: version, schema } of spec.versions)
    writeSchema({ group: spec.group, version, kind: spec.names.kind }, strict(schema.openAPIV3Schema));
}

/** Named as kubeconform's template `{{.ResourceKind}}{{.KindSuffix}}` names it. */
function writeSchema({ group, version, kind }: Kind, schema: unknown): void {
  const suffix = [group.split('.')[0], version].filter(Boolean).join('-');
  const name = `${kind}-${suffix}.json`.toLowerCase();
  writeFileSync(join(toolsFolder, 'schemas', name), JSON.stringify(schema));
}

/** Strimzi publishes no definitions, but the classes and the tool that they are made by. */
function writeStrimzi(): void {
  const java = findJava();
  const jars = join(toolsFolder, 'strimzi');
  run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
  const kinds = { 'topic.KafkaTopic': 'topic.yaml', 'user.KafkaUser': 'user.yaml' };
  const classes = Object.entries(kinds).map(
    ([name, file]) => `io.strimzi.api.kafka.model.${name}=${join(jars, file)}`,
  );
  run(java, ['-cp', `${jars}/*`, 'io.strimzi.crdgenerator.CrdGenerator', '--yaml', ...classes]);
  for (const file of Object.values(kinds)) writeDefinition(join(jars, file));
}

/** The tool is compiled for Java 21. */
function findJava(): string {
  const homes = existsSync('/usr/lib/jvm')
    ? readdirSync('/usr/lib/jvm').map((name) => `/usr/lib/jvm/${name}`)
    : [];
  for (const java of ['java', ...homes.map((home) => `${home}/bin/java`)]) {
    const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
    if (Number(/version "(\d+)/.exec(stderr ?? '')?.[1]) >= 21) return java;
  }
  throw new Error('no Java 21 or later');
}

function run(command: string, args: string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: toolsFolder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args[0]}: ${error?.message ?? `exit code ${status}`} ${stderr ?? ''}`.trim());
}
