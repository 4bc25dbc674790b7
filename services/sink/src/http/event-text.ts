import type { StoredAverage } from '../store/stored-average.ts';
import { answeredAverage } from './average-json.ts';

/** A row as a server-sent event. */
export function eventText(databaseId: string, row: StoredAverage, settled: boolean): string {
  return `id: ${databaseId}-${row.sequence}\ndata: ${JSON.stringify(answeredAverage(row, settled))}\n\n`;
}
