/** What a service's `/metrics` says now: by name, the samples of all labels added up. */
export async function serviceMetrics(port: number): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!answer.ok) throw new Error(`/metrics on port ${port}: status ${answer.status}, wanted 200`);
  const sums = new Map<string, number>();
  for (const line of (await answer.text()).split('\n')) {
    const [, name, value] = /^([a-z_]+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

/** @throws Error naming the metric that is not there: a figure of 0 would be taken for true */
export function metric(metrics: Map<string, number>, name: string): number {
  const value = metrics.get(name);
  if (value === undefined) throw new Error(`metric ${name}: not served, wanted a number`);
  return value;
}
