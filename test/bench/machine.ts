import { cpus, totalmem } from 'node:os';

/** What a figure depends on: cores, memory, Node, broker. */
export function describeMachine(broker: string): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() || process.arch;
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  const place = `${cores.length} cores (${model}), ${memoryGib} GiB, ${process.platform}`;
  return `${place}; Node ${process.versions.node}; broker: ${broker}`;
}
