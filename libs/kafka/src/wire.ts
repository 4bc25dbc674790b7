// Kafka's wire format, both ways: https://kafka.apache.org/protocol#protocol_types
export { Reader } from './wire-reader.ts';
export { Writer } from './wire-writer.ts';
