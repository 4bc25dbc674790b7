/** A row of /api/v1/averages and of the stream. Times in ms since the epoch. */
export interface Row {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  average?: number;
  record_count: number;
  total?: number;
  minimum?: number;
  maximum?: number;
  earliest?: number;
  latest?: number;
  stddev?: number;
  revision: number;
  is_final: boolean;
  input_offset: number;
  partition: number;
  settled: boolean;
  /** Set by the page: changed after a later window of the same series had been written. */
  corrected?: boolean;
  /** Set where the row stands for a column of many: it begins here, and its averages lie between these two. */
  column_start?: number;
  lowest?: number;
  highest?: number;
}

/** Many rows of /api/v1/averages?points=, thinned to what a pixel can show. */
export interface Column {
  start: number;
  count: number;
  minimum: number | null;
  maximum: number | null;
  last: number | null;
  last_end: number;
  settled: boolean;
}

export interface WindowDefinition {
  window: string;
  kind: string;
  size_ms?: number;
}

export interface Status {
  now: number;
  state: { state: string; reason?: string };
  topics: { input: string; averages: string; journal: string };
  kafka: { connected: boolean; input_partitions: number | null; input_written: number | null };
  database: { newest_window_end: number | null };
  partitions: { partition: number; watermark: number | null; lag: number | null }[];
  lag: number | null;
  totals: Record<string, number>;
  recent: {
    records_per_second: number | null;
    latency_ms: { p50: number; p99: number; commits: number } | null;
  };
  freshness: { last_commit_time: number | null };
  group: { id: string; state: string | null };
  replicas: { member_id: string; instance: string | null; partitions: number[] }[];
  /** Why group, replicas or lag are not known. */
  problem?: string;
}

export type Connection =
  | { state: 'idle' | 'connecting' | 'open' }
  /** `nextTryMs`: by Date.now(); null: it is being tried. */
  | { state: 'reconnecting'; attempt: number; nextTryMs: number | null };

/** Of the stored rows of a symbol. */
export type LoadState = { state: 'loading' | 'loaded' } | { state: 'failed'; reason: string };

/** One thing that has to come up before everything is there. */
export interface StartUpStep {
  id: 'sink' | 'broker' | 'topics' | 'price' | 'average' | 'closed';
  name: string;
  isDone: boolean;
  /** What to do, or what is waited for; '' when it is done. */
  next: string;
}

/** The rows of one window definition, by window_end. */
export interface Series {
  window: string;
  kind: string;
  sizeMs: number;
  /** The newest rows, every one of them from `completeFromMs` on. */
  rows: Row[];
  completeFromMs: number;
  /** A stretch of older rows, fetched because somebody looks at it; replaced as a whole. */
  older: OlderRows | null;
}

export interface OlderRows {
  fromMs: number;
  toMs: number;
  rows: Row[];
  /** Length of time that had to fit into one row, if there were too many. */
  askedMs: number;
  /** When, by performance.now(); null when every row is settled: nothing will change. */
  askAgainMs: number | null;
}

/** Both ends inside, ms since the epoch. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** An answer of /api/v1/overview: some of many symbols. Times in ms since the epoch. */
export interface Overview {
  window: string;
  column_ms: number;
  from: number;
  to: number;
  total: number;
  symbols: {
    symbol: string;
    average: number;
    window_end: number;
    /** As a part of the first point; null: not known. */
    change: number | null;
    points: [windowEndMs: number, average: number][];
  }[];
}

/** Of the wall. */
export type WallSort = 'name' | 'change' | 'freshness';

export type Theme = 'system' | 'light' | 'dark';

/** One result of a symbol. */
export interface Explained {
  window: string;
  endMs: number;
  /** null: whichever has it. */
  partition: number | null;
}

/** An answer of /api/v1/explain, as far as the page shows it. Times in ms since the epoch. */
export interface Explanation {
  symbol: string;
  window: string;
  window_start: number;
  window_end: number;
  partition: number;
  state: 'final' | 'settled' | 'open';
  /** null where not all records were read. */
  matches: boolean | null;
  published: { revision: number; is_final: boolean; input_offset: number; written_at: number };
  comparison: { field: string; published: number | null; recomputed: number | null; matches: boolean }[];
  revisions: {
    revision: number;
    is_final: boolean;
    record_count: number;
    average?: number;
    written_at: number;
  }[];
  revision_count: number;
  records: { offset: number; timestamp: number; value: number }[];
  record_count: number;
  late: { offset: number; timestamp: number; value: number; late_by_ms: number }[];
  dead_letters: { offset: number; reason: string; detail: string }[];
  journal: { sequence: number; from_offset: number; next_offset: number; instance: string } | null;
  input: { topic: string };
  /** What limits left out, in words. */
  cut: string[];
}

/** Why there is no explanation; status 0: no answer came. */
export interface ExplainFault {
  status: number;
  code: string;
  message: string;
}

/** Everything that the reader has chosen, and all that the URL holds. */
export interface View {
  /** '' while none is picked. */
  symbol: string;
  /** Further symbols in the same chart, which is then in percent. */
  compared: string[];
  /** Names of the windows that are shown; null: all. */
  windows: string[] | null;
  /** Time shown while the chart follows what is new; Infinity: all there is. */
  spanMs: number;
  /** A stretch of time to stay at instead. */
  fixed: TimeRange | null;
  /** Event time at which the picture stands still; null: it moves. */
  pausedMs: number | null;
  hasCandles: boolean;
  hasBand: boolean;
  hasPrices: boolean;
  /** The result of the main symbol that the panel explains; null: no panel. */
  explained: Explained | null;
  /** Is the table of what is in sight shown to everybody? */
  hasTable: boolean;
  /** All symbols as small lines, instead of the chart of one. */
  isWall: boolean;
  sort: WallSort;
  /** Is the panel open that says what runs? */
  hasRuns: boolean;
  isUtc: boolean;
  theme: Theme;
}

export type ColourName =
  | 'accent'
  | 'accent-soft'
  | 'step'
  | 'step-soft'
  | 'band'
  | 'dot'
  | 'grid'
  | 'muted'
  | 'ink'
  | 'card'
  | 'on-accent'
  | `compared-${number}`;

/** What a layer draws with; x and y in pixels of the canvas, sizes in CSS pixels times `scale`. */
export interface Pen {
  ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  scale: number;
  left: number;
  top: number;
  width: number;
  height: number;
  range: TimeRange;
  /** What ends before it lies where nothing is drawn now. */
  sinceMs: number;
  xOf: (timeMs: number) => number;
  yOf: (value: number) => number;
  colour: (name: ColourName) => string;
}

/** One thing drawn in the chart. */
export interface Layer {
  /** Lowest and highest value that must be visible. */
  extent: [low: number, high: number] | null;
  draw: (pen: Pen) => void;
}

/** A value written on the price axis. */
export interface AxisTag {
  value: number;
  text: string;
  colour: ColourName;
}

/** One entry of the legend. */
export interface LegendEntry {
  /** Name of the switch: a window, or one of the extras; '' where there is nothing to switch. */
  id: string;
  sample: string;
  name: string;
  value: string;
  isOn: boolean;
  title: string;
  colour?: ColourName;
}

/** A picture to draw: of what time, what in it, and the same in words. */
export interface Scene {
  range: TimeRange;
  isUtc: boolean;
  isPercent: boolean;
  layers: Layer[];
  /** Drawn over the layers. */
  marks: Layer[];
  /** What lies before this time will not change, as far as is known. */
  settledUntilMs: number;
  /** What lies before this time is as it was in the scene before, if that was of the same view and range. */
  changedFromMs: number;
  /** Whose picture it is; null: nothing was drawn yet. */
  view: View | null;
  tags: AxisTag[];
  pointCount: number;
  provisionalCount: number;
  /** Where symbols are compared: what an average of each is in percent. */
  percents: Map<string, (average: number) => number>;
}
