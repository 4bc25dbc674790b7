// Writes the alerts of deploy/prometheus/alerts.yml as a resource of the Prometheus operator: `npm run kubernetes:rules`.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse, stringify } from 'yaml';

export const ruleFile = resolve(import.meta.dirname, 'components/monitoring/prometheus-rule.yaml');
const alertsFile = resolve(import.meta.dirname, '../prometheus/alerts.yml');

if (import.meta.main) writeFileSync(ruleFile, prometheusRule());

export function prometheusRule(): string {
  const { groups } = parse(readFileSync(alertsFile, 'utf8')) as { groups: unknown[] };
  const resource = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'meanwhile' },
    spec: { groups },
  };
  const from =
    '# Written by `npm run kubernetes:rules` from deploy/prometheus/alerts.yml; a test compares.\n';
  return from + stringify(resource, { lineWidth: 120 });
}
