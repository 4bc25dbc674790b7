import type { Broker } from '../../deploy/local/broker.ts';

/** One line of the table. */
export interface Row {
  what: string;
  ours: string;
  /** The plain way to do the same, in the same run; empty where there is none. */
  reference: string;
  ratio: string;
  /** What the design asks for; empty where it asks for nothing. */
  wanted: string;
}

export interface BenchContext {
  /** Much smaller and run twice: shows that it works, its figures mean nothing. */
  isQuick: boolean;
  /** How often each figure is taken. */
  runs: number;
  /** One line of progress. */
  say: (line: string) => void;
  /** Started when a bench first asks for it, shared by all. */
  broker: () => Promise<Broker>;
}

export interface Bench {
  name: string;
  /** One phrase for the help. */
  summary: string;
  run: (context: BenchContext) => Promise<Row[]>;
}
