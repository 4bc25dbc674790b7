// Reads Meanwhile's averages with franz-go: the newest revision of each result, up to the topic's present end.
//
//	go run . localhost:9092 averages
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Identity of a result; the highest revision wins.
type Identity struct {
	Partition   int32  `json:"partition"`
	Symbol      string `json:"symbol"`
	Window      string `json:"window"`
	WindowStart int64  `json:"window_start"` // ms since the epoch
	WindowEnd   int64  `json:"window_end"`
}

// Average is one result. Aggregates that AGGREGATES leaves out are nil.
type Average struct {
	Identity
	Average       *float64 `json:"average,omitempty"`
	RecordCount   int64    `json:"record_count"`
	Total         *float64 `json:"total,omitempty"`
	Minimum       *float64 `json:"minimum,omitempty"`
	Maximum       *float64 `json:"maximum,omitempty"`
	Earliest      *float64 `json:"earliest,omitempty"`
	Latest        *float64 `json:"latest,omitempty"`
	StdDev        *float64 `json:"stddev,omitempty"`
	Revision      int64    `json:"revision"`
	IsFinal       bool     `json:"is_final"`
	InputOffset   int64    `json:"input_offset"`
	SchemaVersion int      `json:"schema_version"`
}

func main() {
	newest, err := readAverages(context.Background(), os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, average := range newest {
		if err := out.Encode(average); err != nil {
			log.Fatal(err)
		}
	}
}

func readAverages(ctx context.Context, brokers, topic string) (map[Identity]Average, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// Transaction markers take offsets too: with them the end of the topic is seen.
		kgo.KeepControlRecords(),
	)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	pending, err := pendingPartitions(ctx, kadm.NewClient(client), topic)
	if err != nil {
		return nil, err
	}
	newest := map[Identity]Average{}
	for len(pending) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		for _, record := range fetches.Records() {
			if !record.Attrs.IsControl() {
				var average Average
				if err := json.Unmarshal(record.Value, &average); err != nil {
					return nil, err
				}
				average.Partition = record.Partition
				if known, ok := newest[average.Identity]; !ok || average.Revision > known.Revision {
					newest[average.Identity] = average
				}
			}
			if end, ok := pending[record.Partition]; ok && record.Offset+1 >= end {
				delete(pending, record.Partition)
			}
		}
	}
	return newest, nil
}

// pendingPartitions gives the committed end of every partition that holds something.
func pendingPartitions(ctx context.Context, admin *kadm.Client, topic string) (map[int32]int64, error) {
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	pending := map[int32]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(topic, end.Partition)
		if end.Offset > start.Offset {
			pending[end.Partition] = end.Offset
		}
	})
	return pending, ends.Error()
}
