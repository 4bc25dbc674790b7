import type { Request } from '../request.ts';

const TOPIC = 2;

export interface TopicConfig {
  errorCode: number;
  errorMessage: string | null;
  /** Effective values, the broker's defaults included; without those the broker keeps secret. */
  config: Record<string, string>;
}

/** DescribeConfigs v1 of one topic, to any broker. */
export function describeTopicConfigRequest(topic: string): Request<TopicConfig | undefined> {
  return {
    apiKey: 32,
    apiVersion: 1,
    apiName: 'DescribeConfigs',
    isFlexible: false,
    encode(writer) {
      writer
        .array([topic], (w, name) => {
          w.int8(TOPIC).string(name).int32(-1 /* all settings */);
        })
        .boolean(false /* synonyms */);
    },
    decode(reader) {
      reader.int32(); // throttle time
      const resources = reader.array((r) => {
        const errorCode = r.int16();
        const errorMessage = r.nullableString();
        r.int8(); // kind
        r.string(); // name
        const entries = r.array((e) => {
          const name = e.string();
          const value = e.nullableString();
          e.boolean(); // read only
          e.int8(); // source
          e.boolean(); // sensitive
          e.array((s) => [s.string(), s.nullableString(), s.int8()]); // synonyms
          return [name, value] as const;
        });
        const config: Record<string, string> = {};
        for (const [name, value] of entries) if (value !== null) config[name] = value;
        return { errorCode, errorMessage, config };
      });
      return resources[0];
    },
  };
}
