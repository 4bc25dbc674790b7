/** Reads of one explanation, all topics together: about 300 MB of results, or what a broker gives in a second or two. */
export const RECORDS_READ_MAX = 1_000_000;
/** Nobody waits longer for an answer. */
export const READING_MS_MAX = 10_000;
/** A Kafka that goes away meanwhile is waited for a little longer. */
export const AWAY_MS_MAX = 10_000;
/** Records of one window that are kept in memory to be added up: 15 MB. */
export const RECORDS_COUNTED_MAX = 200_000;
/** Records named in one answer, at most and by default: a megabyte of JSON. */
export const RECORDS_LISTED_MAX = 10_000;
export const RECORDS_LISTED = 1_000;
/** Newest revisions that are recomputed and listed: a busy window may have a hundred thousand. */
export const REVISIONS_MAX = 50;
/** Late records and dead letters listed. */
export const SIDE_RECORDS_MAX = 1_000;
/**
 * By the rules no revision follows once the watermark has closed a window. Read on for about one fetch all the same: what somebody
 * else wrote into the topic should be seen.
 */
export const RESULTS_READ_ON = 3_000;
/** A symbol without results among so many of the newest of its partition is taken for unknown. */
export const RESULTS_OF_SYMBOL = 100_000;
/**
 * Late records may come days after their window, so they are looked for to the end of their topic, but not beyond so many entries:
 * the input, which matters more, is read after them.
 */
export const LATE_READ_MAX = 100_000;
