import type { Request } from '../request.ts';

export interface FoundCoordinator {
  errorCode: number;
  nodeId: number;
  host: string;
  port: number;
}

/** FindCoordinator v3. */
export function findCoordinatorRequest(options: {
  kind: 'group' | 'transaction';
  key: string;
}): Request<FoundCoordinator> {
  return {
    apiKey: 10,
    apiVersion: 3,
    apiName: 'FindCoordinator',
    isFlexible: true,
    encode(writer) {
      writer
        .compactString(options.key)
        .int8(options.kind === 'group' ? 0 : 1)
        .tags();
    },
    decode(reader) {
      reader.int32(); // throttle time
      const errorCode = reader.int16();
      reader.compactNullableString(); // message
      const nodeId = reader.int32();
      const host = reader.compactString();
      const port = reader.int32();
      return { errorCode, nodeId, host, port };
    },
  };
}
