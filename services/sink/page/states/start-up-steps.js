/** @import { Series, StartUpStep, Status } from '../types.d.ts' */

/**
 * What has come up so far, from the broker to the first window that is closed. A step that is not done says what to
 * do about it.
 * @param {Status | undefined} status undefined when the sink does not answer
 * @param {{ isClosed: boolean, closesInMs: number | null } | null} first of the first window of the symbol that is
 *   shown; null while it has none
 * @returns {StartUpStep[]}
 */
export function startUpSteps(status, first) {
  if (status === undefined) {
    return [
      step(
        'sink',
        'the sink answers',
        false,
        'it does not: is its process running? Asked again every second',
      ),
    ];
  }
  const { kafka, topics, totals, state, database, partitions } = status;
  const isRead = (totals['read'] ?? 0) > 0;
  const hasAverage = database.newest_window_end !== null;
  const isThere = kafka.input_partitions !== null || partitions.length > 0;
  const steps = [
    step(
      'broker',
      'Kafka answers',
      kafka.connected,
      'it does not: is KAFKA_BROKERS right, and a broker running?',
    ),
    step('topics', 'topics are there', isThere && state.state === 'ready', topicWords(status, isThere)),
    step(
      'price',
      'first price',
      isRead || (kafka.input_written ?? 0) > 0,
      `none in topic ${topics.input} yet: start a producer, such as npm run producer`,
    ),
    step('average', 'first average', hasAverage, averageWords(status)),
  ];
  // A symbol without results in a pipeline that has some: there is nothing to count down to.
  if (first === null && hasAverage) return steps;
  const { isClosed, closesInMs } = first ?? { isClosed: false, closesInMs: null };
  return [...steps, step('closed', 'first closed window', isClosed, closedWords(closesInMs))];
}

/**
 * When the first window of what is shown closes: of those that get a final result if there are any, else of all.
 * @param {Series[]} series
 * @param {{
 *   graceMs: number | null,
 *   watermarkOf: (partition: number) => number | undefined,
 *   isSettled: (row: import('../types.d.ts').Row) => boolean,
 * }} o
 * @returns {{ isClosed: boolean, closesInMs: number | null } | null} in event time; null: not known
 */
export function firstClosed(series, { graceMs, watermarkOf, isSettled }) {
  const present = series.filter(({ rows }) => rows.length > 0);
  if (present.length === 0) return null;
  const aligned = present.filter(({ kind }) => kind === 'tumbling' || kind === 'hopping');
  const oldest = (aligned.length > 0 ? aligned : present).flatMap(({ rows }) => rows.slice(0, 1));
  if (oldest.some(isSettled)) return { isClosed: true, closesInMs: null };
  const waits = oldest.flatMap(({ partition, window_end }) => {
    const watermark = watermarkOf(partition);
    return watermark === undefined || graceMs === null ? [] : [window_end + graceMs - watermark];
  });
  return { isClosed: false, closesInMs: waits.length > 0 ? Math.max(0, Math.min(...waits)) : null };
}

/**
 * @param {StartUpStep['id']} id
 * @param {string} name
 * @param {boolean} isDone
 * @param {string} next what to do, or wait for
 * @returns {StartUpStep}
 */
function step(id, name, isDone, next) {
  return { id, name, isDone, next: isDone ? '' : next };
}

/**
 * @param {Status} status
 * @param {boolean} isThere
 */
function topicWords({ state, topics, kafka }, isThere) {
  if (!kafka.connected) return '';
  if (!isThere) return `no topic ${topics.input} yet: npm run meanwhile -- topics makes all of them`;
  return state.reason ?? state.state;
}

/** @param {Status} status */
function averageWords({ replicas, topics, totals }) {
  if (replicas.length === 0) return 'no aggregator is in the group: start one, such as npm run aggregator';
  if ((totals['read'] ?? 0) === 0) return `the aggregator has read nothing of topic ${topics.input} yet`;
  return `the aggregator reads; nothing in topic ${topics.averages} yet`;
}

/** @param {number | null} closesInMs */
function closedWords(closesInMs) {
  if (closesInMs === null) return '';
  const seconds = Math.ceil(closesInMs / 1_000);
  if (seconds === 0) return 'any moment';
  return `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
