import { connectCluster, listOffset, startReader } from '@meanwhile/kafka';
import { readPartition } from './checker-read.ts';
import { silent } from './pipeline.ts';

/** What both sides have of a result. */
export interface SinkRow {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  revision: number;
  partition: number;
}

const PAGE_ROWS = 10_000;

/** Every row that the sink's API gives, by identity. */
export async function sinkRows(port: number): Promise<Map<string, SinkRow>> {
  const base = `http://127.0.0.1:${port}/api/v1`;
  const { symbols } = await getJson<{ symbols: { symbol: string }[] }>(`${base}/symbols`);
  const { windows } = await getJson<{ windows: { window: string }[] }>(`${base}/windows`);
  const rows = new Map<string, SinkRow>();
  for (const { symbol } of symbols) {
    for (const { window } of windows) {
      for (let from = 0; ; ) {
        const query = new URLSearchParams({ symbol, window, from: String(from), limit: String(PAGE_ROWS) });
        const { averages } = await getJson<{ averages: (SinkRow & { settled: boolean })[] }>(
          `${base}/averages?${String(query)}`,
        );
        for (const { settled: _settled, ...row } of averages) rows.set(identity(row), row);
        if (averages.length < PAGE_ROWS) break;
        from = averages.at(-1)!.window_end; // itself included: a page never ends within one end
      }
    }
  }
  return rows;
}

/** The newest revision of every result in the topic, by identity. */
export async function newestResults(brokers: string, topic: string): Promise<Map<string, SinkRow>> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  const reader = startReader(cluster, { logger: silent });
  const rows = new Map<string, SinkRow>();
  try {
    for (let partition = 0; partition < (await cluster.partitionCount(topic)); partition++) {
      const toOffset = await listOffset(cluster, topic, partition, 'stable');
      for (const { value } of await readPartition(cluster, reader, { topic, partition, toOffset })) {
        const row: SinkRow = { ...JSON.parse(Buffer.from(value!).toString()), partition };
        if (row.revision > (rows.get(identity(row))?.revision ?? 0)) rows.set(identity(row), row);
      }
    }
  } finally {
    await reader.close();
    await cluster.close();
  }
  return rows;
}

function identity({ partition, symbol, window, window_start, window_end }: SinkRow): string {
  return [partition, symbol, window, window_start, window_end].join();
}

async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
