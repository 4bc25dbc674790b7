import { readFileSync } from 'node:fs';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { registerEventLoopDelay } from './event-loop-delay.ts';
import type { Health } from './health.ts';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** All packages of a release have one version. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * A registry with what every service has: build, readiness, event loop, and the process's own metrics (CPU, memory). Ours are named
 * `meanwhile_…`, in base units, and never labelled with a record's key: keys come from outside, without limit.
 */
export function createMetrics(o: { service: string; health?: Health }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerEventLoopDelay(registry);
  new Gauge({
    name: 'meanwhile_build_info',
    help: 'Always 1; what runs is in the labels',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  }).set({ service: o.service, version, node: process.versions.node }, 1);
  const { health } = o;
  if (health) {
    gauge(registry, 'meanwhile_ready', 'Whether /readyz answers 200', () => Number(health.isReady));
  }
  return registry;
}

/** A counter that something else keeps: read when somebody asks, so that counting costs no more than an addition. */
export function countedElsewhere(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** A gauge that is read when somebody asks; without a sample while `read` gives undefined. */
export function gauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}
