/** Variables that are none of a service's settings though their names may be near: other programs', and other services'. */
const OTHERS = new Set(
  (
    'PATH HOME USER SHELL TERM LANG PWD OLDPWD SHLVL LOGNAME MAIL EDITOR VISUAL PAGER TZ HOST HOSTNAME HOSTTYPE OSTYPE ' +
    'TMP TEMP TMPDIR DISPLAY COLORTERM COLUMNS LINES NO_COLOR FORCE_COLOR CI DEBUG LESS MANPATH INIT_CWD PORT ' +
    'JAVA_HOME KAFKA_HOME KAFKA_OPTS KAFKA_HEAP_OPTS KAFKA_LOG_DIR KAFKA_LOG_DIRS KAFKA_CLUSTER_ID KAFKA_NODE_ID ' +
    'KAFKA_BROKER_ID KAFKA_PORT KAFKA_LISTENERS ' +
    'KAFKA_BROKERS KAFKA_BOOTSTRAP_SERVERS HTTP_HOST HTTP_PORT HTTP_PROXY HTTPS_PROXY NO_PROXY LOG_LEVEL INSTANCE_ID ' +
    'INPUT_TOPIC OUTPUT_TOPIC SOURCE SYMBOLS RATE SEED SPEED RESTAMP LOOP OUT_OF_ORDER LATE_RATIO GROUP_ID WINDOWS GRACE ' +
    'IDLE_TIMEOUT IDLE_SKEW MAX_AHEAD EMIT UPDATE_INTERVAL AGGREGATES COMMIT_INTERVAL START MAX_KEYS VALUE_FIELD ' +
    'TIME_FIELD TIME_UNIT SESSION_TIMEOUT FAST_FAILOVER PEER_ADDRESS DATABASE RETENTION RETENTION_INPUT RETENTION_OUTPUT ' +
    'RETENTION_DEAD_LETTERS PARTITIONS REPLICATION_FACTOR MIN_INSYNC_REPLICAS'
  ).split(' '),
);

/** Families in which a name that is not ours is surely meant for us. */
const OUR_PREFIXES = ['KAFKA_SASL_', 'KAFKA_SSL_', 'KAFKA_SECURITY_'];

/**
 * The known name that `name` was probably meant to be: at most 2 edits away (1 for names of up to 4 letters, where two
 * edits make another word), or the nearest of a family that only we use. Undefined when it looks like none of them.
 */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name) || OTHERS.has(name)) return undefined;
  const upper = name.toUpperCase();
  if (OTHERS.has(upper) && !known.includes(upper)) return undefined;
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(upper, candidate);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  const limit = upper.length <= 4 ? 1 : 2;
  const isOurFamily = OUR_PREFIXES.some((prefix) => upper.startsWith(prefix));
  return nearestDistance <= limit || isOurFamily ? nearest : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = last[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      let best = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      const isSwap = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (isSwap) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length]!;
}
