-- Meanwhile's averages in ksqlDB. Written from its documentation; not run by our tests.
-- With this guarantee it reads as committed.
SET 'processing.guarantee' = 'exactly_once_v2';
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM averages (
  symbol_key STRING KEY,
  symbol STRING,
  `window` STRING,
  window_start BIGINT,
  window_end BIGINT,
  average DOUBLE,
  record_count BIGINT,
  total DOUBLE,
  minimum DOUBLE,
  maximum DOUBLE,
  earliest DOUBLE,
  latest DOUBLE,
  stddev DOUBLE,
  revision BIGINT,
  is_final BOOLEAN,
  input_offset BIGINT,
  schema_version INT
) WITH (KAFKA_TOPIC = 'averages', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON', TIMESTAMP = 'window_end');

-- Revisions of a result come in order: the latest is the newest. Where a foreign producer spreads a key over partitions, ROWPARTITION
-- belongs to the identity too.
CREATE TABLE newest_averages AS
SELECT
  symbol, `window`, window_start, window_end,
  LATEST_BY_OFFSET(average) AS average,
  LATEST_BY_OFFSET(record_count) AS record_count,
  LATEST_BY_OFFSET(revision) AS revision,
  LATEST_BY_OFFSET(is_final) AS is_final
FROM averages
GROUP BY symbol, `window`, window_start, window_end
EMIT CHANGES;
