import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads Meanwhile's averages with the plain consumer: the newest revision of each result, up to the topic's present end.
 *
 * <pre>java -cp 'libs/*' NewestAverages.java localhost:9092 averages</pre>
 */
public class NewestAverages {
  private static final ObjectMapper JSON = new ObjectMapper();

  record Identity(int partition, String symbol, String window, long start, long end) {}

  public static void main(String[] args) throws Exception {
    for (ObjectNode result : read(args[0], args[1]).values()) System.out.println(result);
  }

  static Map<Identity, ObjectNode> read(String brokers, String topic) throws Exception {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", brokers,
        "isolation.level", "read_committed",
        "enable.auto.commit", false);
    Map<Identity, ObjectNode> newest = new LinkedHashMap<>();
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions); // as committed
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          ObjectNode result = (ObjectNode) JSON.readTree(record.value());
          result.put("partition", record.partition());
          newest.merge(identity(result), result, NewestAverages::newer);
        }
      }
    }
    return newest;
  }

  private static Identity identity(ObjectNode result) {
    return new Identity(
        result.get("partition").asInt(),
        result.get("symbol").asText(),
        result.get("window").asText(),
        result.get("window_start").asLong(),
        result.get("window_end").asLong());
  }

  private static ObjectNode newer(ObjectNode a, ObjectNode b) {
    return b.get("revision").asLong() > a.get("revision").asLong() ? b : a;
  }
}
