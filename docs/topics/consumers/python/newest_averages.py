"""Reads Meanwhile's averages into a pandas DataFrame: the newest revision of each result, up to the topic's present end.

    python newest_averages.py localhost:9092 averages
"""

import json
import sys

import pandas as pd
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

IDENTITY = ["partition", "symbol", "window", "window_start", "window_end"]


def read_averages(brokers: str, topic: str) -> pd.DataFrame:
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "averages-to-pandas",  # the client wants one; nothing is committed
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    try:
        partitions = set(consumer.list_topics(topic, timeout=30).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
        rows = []
        while partitions:
            message = consumer.poll(30)
            if message is None:
                raise TimeoutError(f"{topic}: nothing within 30 s, wanted the end of partitions {partitions}")
            if message.error() is None:
                rows.append({"partition": message.partition(), **json.loads(message.value())})
            elif message.error().code() == KafkaError._PARTITION_EOF:
                partitions.discard(message.partition())
            else:
                raise KafkaException(message.error())
    finally:
        consumer.close()
    if not rows:
        return pd.DataFrame(columns=IDENTITY)
    return pd.DataFrame(rows).sort_values("revision").drop_duplicates(IDENTITY, keep="last")


if __name__ == "__main__":
    averages = read_averages(*sys.argv[1:3])
    # For a time axis: averages.set_index(pd.to_datetime(averages.window_end, unit="ms"))
    for row in averages.to_dict("records"):
        print(json.dumps(row))
