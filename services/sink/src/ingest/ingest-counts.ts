/** What the sink counts while it reads; shown by /metrics and /api/v1/status. */
export interface IngestCounts {
  /** Rows stored: new results and newer revisions. */
  upserted: number;
  /** Results that changed nothing: the same or an older revision. */
  unchanged: number;
  malformed: number;
  malformedJournal: number;
  /** Averages that retention removed from the topic before they were read. */
  lost: number;
  /** Rows removed because they are older than RETENTION. */
  expired: number;
}

export function newIngestCounts(): IngestCounts {
  return { upserted: 0, unchanged: 0, malformed: 0, malformedJournal: 0, lost: 0, expired: 0 };
}
