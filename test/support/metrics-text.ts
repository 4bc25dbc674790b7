export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** What a service's `/metrics` says now, by name; of a histogram also `_bucket`, `_sum` and `_count`. */
export async function readMetrics(port: number): Promise<Map<string, Sample[]>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!answer.ok) throw new Error(`/metrics on port ${port}: status ${answer.status}, wanted 200`);
  const samples = new Map<string, Sample[]>();
  for (const line of (await answer.text()).split('\n')) {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const sample = { labels: labelsOf(labels), value: Number(value) };
    samples.set(name, [...(samples.get(name) ?? []), sample]);
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));
}
