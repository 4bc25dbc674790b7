"""Writes prices for Meanwhile: JSON lines from standard input, such as {"symbol":"ACME","price":101.23,"timestamp":1700000000123}.

    python produce_prices.py localhost:9092 prices < prices.ndjson
"""

import json
import sys

from confluent_kafka import Producer


def produce(brokers: str, topic: str, lines) -> int:
    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "enable.idempotence": True,
            # librdkafka's default is another hash: a key would lie in two partitions as soon as a Java program writes too.
            "partitioner": "murmur2_random",
        }
    )
    failures = []

    def delivered(error, _message):
        if error is not None:
            failures.append(error)

    for line in lines:
        while True:
            try:
                producer.produce(topic, key=json.loads(line)["symbol"], value=line.strip(), on_delivery=delivered)
                break
            except BufferError:  # the queue is full: let some of it be delivered
                producer.poll(1)
        producer.poll(0)
    undelivered = producer.flush(60)
    if failures or undelivered:
        raise RuntimeError(f"{topic}: {undelivered} records not delivered, {failures[:3]}")
    return 0


if __name__ == "__main__":
    sys.exit(produce(sys.argv[1], sys.argv[2], sys.stdin))
