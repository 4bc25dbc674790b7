-- Meanwhile's averages in RisingWave. Written from its documentation; not run by our tests.
-- Its Kafka source always reads as committed.
CREATE SOURCE averages (
  symbol VARCHAR,
  "window" VARCHAR,
  window_start BIGINT,
  window_end BIGINT,
  average DOUBLE PRECISION,
  record_count BIGINT,
  total DOUBLE PRECISION,
  minimum DOUBLE PRECISION,
  maximum DOUBLE PRECISION,
  earliest DOUBLE PRECISION,
  latest DOUBLE PRECISION,
  stddev DOUBLE PRECISION,
  revision BIGINT,
  is_final BOOLEAN,
  input_offset BIGINT,
  schema_version INT
)
INCLUDE partition AS kafka_partition
WITH (
  connector = 'kafka',
  topic = 'averages',
  properties.bootstrap.server = 'localhost:9092',
  scan.startup.mode = 'earliest'
) FORMAT PLAIN ENCODE JSON;

-- Of each result the highest revision.
CREATE MATERIALIZED VIEW newest_averages AS
SELECT DISTINCT ON (kafka_partition, symbol, "window", window_start, window_end) *
FROM averages
ORDER BY kafka_partition, symbol, "window", window_start, window_end, revision DESC;
