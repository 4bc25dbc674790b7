import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documentedMetrics } from '../../test/support/documented.ts';
import { schemas } from '../settings-docs.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const operations = read('docs/OPERATIONS.md');
const documented = documentedMetrics(operations);
const { groups } = parse(read('deploy/prometheus/alerts.yml')) as {
  groups: { rules: { alert: string; expr: string; annotations: { runbook_url: string } }[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read('deploy/grafana/dashboards/meanwhile.json')) as {
  panels: { title: string; datasource?: { uid: string }; targets?: { expr: string }[] }[];
};
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

describe('alerts', () => {
  test.each(alerts)('$alert asks for metrics that are documented', ({ expr }) => {
    expectDocumented(expr);
  });

  test.each(alerts)(
    '$alert has a section in OPERATIONS that its runbook leads to',
    ({ alert, annotations }) => {
      expect(operations).toMatch(new RegExp(`^### ${alert}\n\n.{40,}`, 'm'));
      expect(annotations.runbook_url).toBe(`docs/OPERATIONS.md#${alert.toLowerCase()}`);
    },
  );

  test('OPERATIONS has no section for an alert that is not there', () => {
    const sections = [...operations.matchAll(/^### (Meanwhile\w+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  test('each has a case in which it fires, and one in which it does not', () => {
    interface RuleTest {
      alertname: string;
      exp_alerts: unknown[];
    }
    const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: RuleTest[] }[];
    };
    const cases = tests.flatMap(({ alert_rule_test: rules }) => rules);
    for (const { alert } of alerts) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      const fires = own.map(({ exp_alerts: expected }) => expected.length > 0);
      expect([fires.length, new Set(fires).size], alert).toEqual([2, 2]);
    }
  });
});

describe('the dashboard', () => {
  test('asks for metrics that are documented', () => {
    expect(queries.length).toBeGreaterThan(30);
    for (const { expr } of queries) expectDocumented(expr);
  });

  test('shows every metric of ours but the constant ones and those that are shown in another', () => {
    const shown = new Set(queries.flatMap(({ expr }) => metricsIn(expr)).map(family));
    expect(documented.filter((name) => !shown.has(name))).toEqual([]);
  });

  test('asks the data source that is provisioned', () => {
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string; url: string }[];
    };
    expect(datasources[0]).toMatchObject({ uid: 'prometheus', url: 'http://prometheus:9090' });
    for (const { datasource } of dashboard.panels) expect(datasource?.uid ?? 'prometheus').toBe('prometheus');
  });
});

describe('docker compose', () => {
  interface Service {
    image?: string;
    profiles?: string[];
    volumes?: string[];
    ports?: string[];
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Service>;
  };

  test('Prometheus asks every service for its replicas by DNS, at the port that it has', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    expect(jobs.map(({ job_name: name }) => name)).toEqual(['producer', 'aggregator', 'sink']);
    for (const { job_name: name, dns_sd_configs: discovery } of jobs) {
      expect(Object.keys(services)).toContain(name);
      expect(discovery[0]!.names).toEqual([name]);
      expect(discovery[0]!.port).toBe(schemas[name]!.shape['HTTP_PORT']!.parse(undefined));
    }
  });

  test.each([
    ['prometheus', 'observability'],
    ['grafana', 'observability'],
    ['kafbat', 'ui'],
  ])('%s starts with the profile %s only, of one version, for this machine alone', (name, profile) => {
    const { image, profiles, volumes = [], ports = [] } = services[name]!;
    expect(profiles).toEqual([profile]);
    expect(image).toMatch(/^\$\{\w+_IMAGE:-[\w./-]+:v?\d+\.\d+\.\d+\}$/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const [path] of volumes
      .map((volume) => volume.split(':'))
      .filter(([from]) => from!.startsWith('.'))) {
      expect(existsSync(join(root, path!)), path).toBe(true);
    }
  });
});

function expectDocumented(expr: string): void {
  const names = metricsIn(expr);
  expect(names.length, expr).toBeGreaterThan(0);
  for (const name of names) {
    const isCommon = name === 'up' || name.startsWith('process_');
    expect(isCommon || documented.includes(family(name)), `${name} in ${expr}`).toBe(true);
  }
}

function metricsIn(expr: string): string[] {
  return expr.match(/\b(?:meanwhile_\w+|process_\w+|up\b)/g) ?? [];
}

/** A histogram is documented by the name without its parts. */
function family(name: string): string {
  return documented.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
}
