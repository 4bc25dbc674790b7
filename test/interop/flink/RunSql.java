import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;

/**
 * Executes the statements of a file, then a query, on a MiniCluster, and prints the query's rows as JSON, one a line, with the kind of
 * change as "op" (+I, -U, +U, -D).
 *
 * <pre>java -cp 'libs/*' RunSql.java batch|streaming averages.sql 'SELECT * FROM newest_averages'</pre>
 */
public class RunSql {
  public static void main(String[] args) throws Exception {
    var settings = EnvironmentSettings.newInstance();
    var tables = TableEnvironment.create((args[0].equals("batch") ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().set("parallelism.default", "1");
    for (String statement : Files.readString(Path.of(args[1])).split(";\\s*(\n|$)")) {
      if (!statement.isBlank()) tables.executeSql(statement);
    }
    var json = new ObjectMapper();
    try (var rows = tables.executeSql(args[2]).collect()) {
      while (rows.hasNext()) System.out.println(json.writeValueAsString(fields(rows.next())));
    }
  }

  private static Map<String, Object> fields(Row row) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("op", row.getKind().shortString());
    for (String name : row.getFieldNames(true)) {
      Object value = row.getField(name);
      fields.put(name, value instanceof Instant time ? time.toEpochMilli() : value);
    }
    return fields;
  }
}
