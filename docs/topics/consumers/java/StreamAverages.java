import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Follows Meanwhile's averages with Kafka Streams: a state store holds the newest revision of each result, and each newer one goes on
 * (here: to standard output). Ends with Ctrl-C.
 *
 * <pre>java -cp 'libs/*' StreamAverages.java localhost:9092 averages</pre>
 */
public class StreamAverages {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    var settings = new Properties();
    settings.putAll(Map.of(
        "bootstrap.servers", args[0],
        "application.id", args[1] + "-newest",
        // Without it Streams reads what aborted transactions left, unless processing.guarantee is exactly_once_v2.
        "consumer.isolation.level", "read_committed",
        "consumer.auto.offset.reset", "earliest"));

    var builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("newest"), Serdes.String(), Serdes.Long()));
    builder
        // The key stays the symbol: results of a partition stay in it, nothing is repartitioned.
        .stream(args[1], Consumed.with(Serdes.String(), Serdes.String()).withTimestampExtractor(new WindowEnd()))
        .process(Newest::new, "newest")
        .foreach((symbol, result) -> System.out.println(result));

    var streams = new KafkaStreams(builder.build(), settings);
    var asked = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close();
      asked.countDown();
    }));
    streams.start();
    asked.await();
  }

  /** Event time is in the value; the Kafka timestamp says when a result was written. */
  static class WindowEnd implements TimestampExtractor {
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
      return parse((String) record.value()).get("window_end").asLong();
    }
  }

  /**
   * Passes on what is newer than all before, with its partition. A result's identity within the partition is the store's key.
   * The store grows with the results: in an application that stays, delete old ones by a punctuator.
   */
  static class Newest extends ContextualProcessor<String, String, String, ObjectNode> {
    private KeyValueStore<String, Long> revisions;

    @Override
    public void init(ProcessorContext<String, ObjectNode> context) {
      super.init(context);
      revisions = context.getStateStore("newest");
    }

    @Override
    public void process(Record<String, String> record) {
      ObjectNode result = (ObjectNode) parse(record.value());
      String identity = String.join("\n",
          result.get("window").asText(), result.get("window_start").asText(), result.get("window_end").asText(),
          record.key());
      Long known = revisions.get(identity);
      long revision = result.get("revision").asLong();
      if (known != null && known >= revision) return;
      revisions.put(identity, revision);
      result.put("partition", context().recordMetadata().orElseThrow().partition());
      context().forward(record.withValue(result));
    }
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException error) {
      throw new UncheckedIOException(error);
    }
  }
}
