import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolsFolder } from './schemas/folder.ts';

/** A Kubernetes resource, as far as tests look into it. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what the schemas are for
  spec: any;
  data?: Record<string, string>;
}

export function readResources(file: string): Resource[] {
  return parseResources(readFileSync(resolve(import.meta.dirname, file), 'utf8'));
}

export function parseResources(text: string): Resource[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Resource);
}

/** The command that builds a kustomization; undefined where there is none. */
export function kustomizeCommand(): string[] | undefined {
  const ours = join(toolsFolder, 'kustomize');
  if (existsSync(ours)) return [ours, 'build'];
  const works = spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
  return works ? ['kubectl', 'kustomize'] : undefined;
}

/** The text of all resources of a kustomization. @throws with kustomize's words if it cannot be built */
export function build(command: readonly string[], folder: string): string {
  const [program, ...args] = command;
  const run = spawnSync(program!, [...args, resolve(import.meta.dirname, folder)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`kustomize ${folder}: ${run.stderr}`);
  return run.stdout;
}
