#!/bin/sh
# Prints the newest revision of each of Meanwhile's averages, with Kafka's console consumer and jq (1.6 or later).
#
#   sh newest-averages.sh localhost:9092 averages
#
# The console consumer knows no end of a topic: it stops, with a TimeoutException in its log, when nothing has come for 15 s.
kafka-console-consumer.sh --bootstrap-server "$1" --topic "$2" --from-beginning --isolation-level read_committed \
  --formatter-property print.partition=true --timeout-ms 15000 |
  jq -Rnc '
    [inputs | select(startswith("Partition:")) | split("\t")
      | {partition: (.[0] | ltrimstr("Partition:") | tonumber)} + (.[1] | fromjson)]
    | group_by([.partition, .symbol, .window, .window_start, .window_end])[]
    | max_by(.revision)'
