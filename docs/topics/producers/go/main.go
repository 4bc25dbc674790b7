// Writes prices for Meanwhile: JSON lines from standard input, such as
// {"symbol":"ACME","price":101.23,"timestamp":1700000000123}.
//
//	go run . localhost:9092 prices < prices.ndjson
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	if err := produce(context.Background(), os.Args[1], os.Args[2], os.Stdin); err != nil {
		log.Fatal(err)
	}
}

// produce relies on franz-go's defaults: idempotent, acknowledged by all replicas, keys placed by murmur2 as Java does.
func produce(ctx context.Context, brokers, topic string, lines io.Reader) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(brokers, ",")...), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return err
	}
	defer client.Close()
	delivery := kgo.AbortingFirstErrPromise(client)
	input := bufio.NewScanner(lines)
	for input.Scan() {
		var price struct{ Symbol string }
		value := []byte(input.Text())
		if err := json.Unmarshal(value, &price); err != nil {
			return err
		}
		client.Produce(ctx, &kgo.Record{Key: []byte(price.Symbol), Value: value}, delivery.Promise())
	}
	if err := input.Err(); err != nil {
		return err
	}
	return delivery.Err()
}
