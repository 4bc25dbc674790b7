export type WindowKind = 'sliding' | 'tumbling' | 'hopping' | 'session';

/** `updates`: every change of a window; `final`: the closed window only; `both`: updates thinned by an interval, then the final. */
export type EmitMode = 'updates' | 'final' | 'both';

export interface WindowDefinition {
  kind: WindowKind;
  /** Such as `sliding-10s`; the definition's identity when settings change. */
  name: string;
  /** Session: the gap. */
  sizeMs: number;
  /** Tumbling: equal to the size. Sliding, session: 0. */
  stepMs: number;
  emit: EmitMode;
}

export interface EngineSettings {
  definitions: WindowDefinition[];
  graceMs: number;
  updateIntervalMs: number;
  /** null: silence does not move the watermark. */
  idleTimeoutMs: number | null;
}

/** One result. The engine has a single one, which it overwrites: read it before the next call. */
export interface WindowResult {
  /** Index of the definition in the settings. */
  definition: number;
  key: number;
  startMs: number;
  endMs: number;
  count: number;
  total: number;
  average: number;
  minimum: number;
  maximum: number;
  earliest: number;
  latest: number;
  /** Of the population. */
  stddev: number;
  /** 1 for the first result sent for this window, then 2, 3, … */
  revision: number;
  isFinal: boolean;
  /** Highest offset among the records counted. */
  inputOffset: number;
}
