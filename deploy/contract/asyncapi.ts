import type { TopicPlan } from '@meanwhile/records';
import { defaultTopics } from './messages.ts';
import { type SampleRecord, samples } from './samples.ts';

interface Message {
  title: string;
  summary: string;
  payload: object;
  headers?: object;
  contentType?: string;
  key: { type: string | string[]; description: string };
  examples?: SampleRecord[];
}

interface Channel {
  summary: string;
  action: 'send' | 'receive';
  messages: Record<string, Message>;
}

const symbolKey = { type: 'string', description: 'the symbol, plain UTF-8' };
const internalKey = { type: 'string', description: 'kind of the entry' };
const schemaFile = (name: string) => ({ $ref: `./schemas/${name}.schema.json` });

/** In the order of the topic plan. Actions as the aggregator takes them. */
const channels: Record<string, Channel> = {
  prices: {
    summary: 'Keyed numbers with an event time. May be a topic that somebody else owns.',
    action: 'receive',
    messages: {
      price: {
        title: 'Price',
        summary: 'One keyed number with its event time.',
        payload: schemaFile('price'),
        key: symbolKey,
        examples: samples('prices', [1]),
      },
    },
  },
  averages: {
    summary: 'Results of all windows, every revision.',
    action: 'send',
    messages: {
      average: {
        title: 'Average',
        summary: 'One revision of one result; the highest revision wins.',
        payload: schemaFile('average'),
        key: symbolKey,
        examples: samples('averages', [1]),
      },
    },
  },
  'averages-late': {
    summary: 'Records that missed at least one window.',
    action: 'send',
    messages: {
      lateRecord: {
        title: 'Late record',
        summary: 'A record that missed at least one window because it was closed.',
        payload: schemaFile('late-record'),
        key: symbolKey,
        examples: samples('averages-late', [1]),
      },
    },
  },
  'averages-dead-letters': {
    summary: 'Records that cannot be averaged, as they were read, with the reason in headers.',
    action: 'send',
    messages: {
      deadLetter: {
        title: 'Dead letter',
        summary: 'Key, value and own headers exactly as read; the headers below stand behind them.',
        payload: { description: "the input's value bytes, or none" },
        headers: schemaFile('dead-letter-headers'),
        contentType: 'application/octet-stream',
        key: { type: ['string', 'null'], description: "the input's key bytes, or none" },
        examples: samples('averages-dead-letters', [1]),
      },
    },
  },
  'averages-journal': {
    summary: 'Internal: what was committed, and snapshots of the state. Never edited by hand.',
    action: 'send',
    messages: {
      commitEntry: {
        title: 'Commit entry',
        summary: 'One stretch of input and what became of its records.',
        payload: schemaFile('journal-commit'),
        key: internalKey,
        examples: samples('averages-journal', [2]),
      },
      settingsEntry: {
        title: 'Settings entry',
        summary: 'The settings on which the results that follow depend.',
        payload: schemaFile('journal-settings'),
        key: internalKey,
        examples: samples('averages-journal', [1]),
      },
      snapshotChunk: {
        title: 'Part of a snapshot',
        summary: 'Opaque bytes that begin with MWS1.',
        payload: { description: 'opaque' },
        contentType: 'application/octet-stream',
        key: internalKey,
      },
    },
  },
};

/** The AsyncAPI 3.1 document of all topics, under their default names and settings. */
export function asyncApiDocument(): object {
  const messages = Object.values(channels).flatMap((channel) => Object.entries(channel.messages));
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Meanwhile',
      version: '1.0.0',
      description:
        'Exact windowed averages of a Kafka topic. All topics but the first are written in transactions: read them with isolation.level=read_committed. Actions are those of the aggregator: you send prices and receive averages.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { local: { host: 'localhost:9092', protocol: 'kafka' } },
    channels: Object.fromEntries(defaultTopics.map((topic) => [topic.name, channelObject(topic)])),
    operations: Object.fromEntries(defaultTopics.map(({ name }) => operation(name))),
    components: {
      messages: Object.fromEntries(messages.map(([name, message]) => [name, messageObject(name, message)])),
    },
  };
}

function channelObject({ name, partitions, replicationFactor, config }: TopicPlan): object {
  const { summary, messages } = channels[name]!;
  return {
    address: name,
    summary,
    messages: Object.fromEntries(
      Object.keys(messages).map((message) => [message, { $ref: `#/components/messages/${message}` }]),
    ),
    bindings: {
      kafka: {
        topic: name,
        partitions,
        replicas: replicationFactor,
        topicConfiguration: topicConfiguration(config),
        bindingVersion: '0.5.0',
      },
    },
  };
}

/** The binding wants numbers as numbers, and cleanup policies as a list. */
function topicConfiguration(config: Record<string, string>): object {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (name === 'cleanup.policy') return [name, value.split(',')];
      return [name, /^-?\d+$/.test(value) ? Number(value) : value];
    }),
  );
}

function operation(name: string): [string, object] {
  const { action, messages } = channels[name]!;
  const id = `${action}-${name}`;
  const channel = `#/channels/${name}`;
  return [
    id,
    {
      action,
      channel: { $ref: channel },
      messages: Object.keys(messages).map((message) => ({ $ref: `${channel}/messages/${message}` })),
    },
  ];
}

function messageObject(name: string, message: Message): object {
  const { title, summary, payload, headers, contentType, key, examples } = message;
  return {
    name,
    title,
    summary,
    ...(contentType === undefined ? {} : { contentType }),
    ...(headers === undefined ? {} : { headers }),
    payload,
    bindings: { kafka: { key, bindingVersion: '0.5.0' } },
    ...(examples === undefined ? {} : { examples: examples.map(example) }),
  };
}

/** AsyncAPI's examples hold payload and headers; bytes stand as the text that they are. */
function example({ headers, value }: SampleRecord): object {
  if (headers === undefined) return { payload: JSON.parse(value) };
  return { headers, payload: value };
}
