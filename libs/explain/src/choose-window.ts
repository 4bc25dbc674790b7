import type { ExplainQuery } from './explain.ts';
import { ExplainError } from './explain-error.ts';
import type { JournalEnd } from './journal.ts';
import type { PartitionLog } from './partition-log.ts';
import type { PartitionedKey } from './partition-of.ts';
import {
  type FoundResults,
  type FoundWindow,
  findResults,
  hasResults,
  lastResultBefore,
  lookBack,
  type ResultSearch,
} from './results.ts';
import { canEndAt, lastOpenMs, parseWindowName, startOf, type WindowShape } from './window-shape.ts';

/** What is asked, and what is known before any result is looked for. */
export interface Search {
  query: ExplainQuery;
  key: PartitionedKey;
  topics: { input: string; averages: string; late: string; deadLetters: string; journal: string };
  journal: JournalEnd;
}

export interface ChosenWindow {
  shape: WindowShape;
  found: FoundWindow;
  /** An input offset below all records of the window; undefined where no result before it is left. */
  inputFloor: number | undefined;
  /** Where the topic of the averages was not read to where it would have to be. */
  isComplete: boolean;
}

/** Finds the window that is meant and its results. @throws ExplainError */
export async function chooseWindow(
  log: PartitionLog,
  search: Search,
  isKnownSymbol?: (symbol: string) => boolean,
): Promise<ChosenWindow> {
  const shapes = shapesOf(search);
  const firstSentMs = Math.min(...shapes.map((shape) => firstSent(shape, search)));
  const results = resultSearch(search, shapes, firstSentMs);
  const found = await findResults(log, search.topics.averages, results);
  const [name, ...others] = found.windows.keys();
  if (name === undefined) {
    await lookBack(log, search.topics.averages, results, found);
    throw await nothingFound(log, search, shapes, found, isKnownSymbol);
  }
  if (others.length > 0) {
    const names = [name, ...others].join(', ');
    const { symbol, windowEndMs } = search.query;
    throw new ExplainError(
      'several_windows',
      `several windows of ${JSON.stringify(symbol)} end at ${windowEndMs}: ${names}; wanted the name of one`,
    );
  }
  const shape = shapes.find((candidate) => candidate.name === name)!;
  const window = found.windows.get(name)!;
  // Its records may have come before it could be sent.
  const startMs = startOf(shape, search.query.windowEndMs) ?? window.revisions[0]!.window_start;
  const fromStart = resultSearch(search, [shape], startMs);
  const before = await lastResultBefore(log, search.topics.averages, fromStart);
  return { shape, found: window, inputFloor: before?.inputFloor, isComplete: found.isComplete };
}

/** The definitions that may be meant and can have a window of that end. One of earlier settings is no longer in the journal. */
function shapesOf(search: Search): WindowShape[] {
  const { query, journal } = search;
  const names = query.window === undefined ? journal.settings.windows : [query.window];
  const shapes = names.map(parseWindowName).filter((shape) => shape !== undefined);
  if (shapes.length === 0) throw unknownWindow(search);
  const possible = shapes.filter((shape) => canEndAt(shape, query.windowEndMs));
  if (possible.length > 0) return possible;
  throw isDefined(search) ? misaligned(shapes[0]!, query.windowEndMs) : unknownWindow(search);
}

function isDefined({ query, journal }: Search): boolean {
  return query.window === undefined || journal.settings.windows.includes(query.window);
}

function unknownWindow({ query, journal }: Search): ExplainError {
  const known = journal.settings.windows.join(', ');
  return new ExplainError(
    'unknown_window',
    `window: ${JSON.stringify(query.window)}, wanted one of ${known}`,
  );
}

function misaligned({ name, stepMs }: WindowShape, endMs: number): ExplainError {
  const below = endMs - (endMs % stepMs);
  return new ExplainError(
    'no_window',
    `no window of ${name} ends at ${endMs}: wanted a multiple of ${stepMs} ms, such as ${below} or ${below + stepMs}`,
  );
}

/** The lowest watermark at which a result of that end can be sent: at the last record, or at the first that can be in it. */
function firstSent({ stepMs, sizeMs }: WindowShape, { query }: Search): number {
  return stepMs > 0 ? query.windowEndMs - sizeMs : query.windowEndMs;
}

function resultSearch(
  { query, key, journal }: Search,
  shapes: WindowShape[],
  watermarkMs: number,
): ResultSearch {
  const { windowEndMs: endMs, revision } = query;
  return { key: key.key, shapes, endMs, watermarkMs, graceMs: journal.graceMsMax, revision };
}

async function nothingFound(
  log: PartitionLog,
  search: Search,
  shapes: WindowShape[],
  found: FoundResults,
  isKnownSymbol: ((symbol: string) => boolean) | undefined,
): Promise<ExplainError> {
  const { query, key, topics, journal } = search;
  const symbol = JSON.stringify(query.symbol);
  const where = `${topics.averages}-${key.partition}`;
  if (!found.isComplete) {
    return new ExplainError(
      'search_cut',
      `${where}: no result found among the ${log.recordsRead} records that were read before the limits`,
    );
  }
  const isKnown =
    found.isKeySeen || (isKnownSymbol?.(query.symbol) ?? (await hasResults(log, topics.averages, key.key)));
  if (!isKnown) {
    return new ExplainError(
      'unknown_symbol',
      `no result of symbol ${symbol} in ${where}, wanted a key of ${topics.input}`,
    );
  }
  if (!isDefined(search)) return unknownWindow(search);
  const names = shapes.map(({ name }) => name).join(', ');
  const nearest = [found.endBelowMs, found.endAboveMs].filter((endMs) => endMs !== undefined);
  const near = nearest.length > 0 ? `; the nearest end at ${nearest.join(' and ')}` : '';
  const { watermarkMs, settings } = journal;
  const isOpen = shapes.some(
    (shape) => (watermarkMs ?? -1) <= lastOpenMs(shape, query.windowEndMs, settings.graceMs),
  );
  const open = isOpen ? `; it is not closed yet, the watermark is ${watermarkMs}` : '';
  return new ExplainError(
    'no_window',
    `no window of ${symbol} in ${names} that ends at ${query.windowEndMs} was published in ${where}${near}${open}`,
  );
}
