import type { JournalView } from '../ingest/journal-view.ts';

/** A window definition as the API names it; only `window` and `kind` when just its results are known. */
export interface ListedWindow {
  window: string;
  kind: string;
  size_ms?: number;
  step_ms?: number;
  emit?: string;
}

/** The definitions of the aggregator's settings in their order, then those that only rows still name. */
export function listWindows(
  journal: JournalView,
  stored: string[],
): { windows: ListedWindow[]; grace_ms: number | null } {
  const windows = journal.windows.map(({ name, kind, sizeMs, stepMs, emit }): ListedWindow => {
    return {
      window: name,
      kind,
      ...(sizeMs !== undefined && { size_ms: sizeMs }),
      ...(stepMs !== undefined && { step_ms: stepMs }),
      ...(emit !== undefined && { emit }),
    };
  });
  const listed = new Set(windows.map(({ window }) => window));
  for (const name of stored) {
    if (!listed.has(name)) windows.push({ window: name, kind: name.split('-')[0]! });
  }
  return { windows, grace_ms: journal.graceMs ?? null };
}
