-- Meanwhile's averages in Flink SQL (2.2, flink-sql-connector-kafka 5.0.0-2.2).

CREATE TABLE averages (
  `kafka_partition` INT METADATA FROM 'partition' VIRTUAL,
  `symbol` STRING,
  `window` STRING,
  `window_start` BIGINT,
  `window_end` BIGINT,
  `average` DOUBLE,
  `record_count` BIGINT,
  `total` DOUBLE,
  `minimum` DOUBLE,
  `maximum` DOUBLE,
  `earliest` DOUBLE,
  `latest` DOUBLE,
  `stddev` DOUBLE,
  `revision` BIGINT,
  `is_final` BOOLEAN,
  `input_offset` BIGINT,
  `schema_version` INT,
  -- Event time is in the value; the Kafka timestamp says when a result was written.
  `event_time` AS TO_TIMESTAMP_LTZ(`window_end`, 3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'averages',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  -- Reads to the present end and stops, once the transactions that are open there have ended; leave it out to follow the topic.
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
);

-- Of each result the highest revision.
CREATE VIEW newest_averages AS
SELECT
  `kafka_partition`, `symbol`, `window`, `window_start`, `window_end`, `average`, `record_count`, `total`, `minimum`, `maximum`,
  `earliest`, `latest`, `stddev`, `revision`, `is_final`, `input_offset`, `schema_version`, `event_time`
FROM (
  SELECT *, ROW_NUMBER() OVER (
    PARTITION BY `kafka_partition`, `symbol`, `window`, `window_start`, `window_end`
    ORDER BY `revision` DESC
  ) AS `place`
  FROM averages
)
WHERE `place` = 1;
