export interface ListenArgs {
  port: number;
  symbol: string;
  /** Listeners that read all they are given. */
  readers: number;
  /** Connections that ask and never read. */
  idlers: number;
  seconds: number;
}

export interface ListenResult {
  /** Frames that all readers got together while `seconds` passed. */
  frames: number;
  /** Readers that were ended, and those that got fewer frames than the one with most by more than one. */
  ended: number;
  behind: number;
  /** CPU time of the sink while `seconds` passed. */
  sinkCpuSeconds: number;
  seconds: number;
}
