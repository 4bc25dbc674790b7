import type { Request } from '../request.ts';
import type { Reader } from '../wire.ts';

export interface ApiVersions {
  errorCode: number;
  /** Feature levels that are in force cluster-wide (`transaction.version`, …), by name. */
  finalizedFeatures: Map<string, number>;
}

const FINALIZED_FEATURES_TAG = 2;

/** ApiVersions v3. Its answer keeps the old header without tags, so that it can be read before anything is known. */
export function apiVersionsRequest(): Request<ApiVersions> {
  return {
    apiKey: 18,
    apiVersion: 3,
    apiName: 'ApiVersions',
    isFlexible: true,
    encode(writer) {
      writer.compactString('meanwhile').compactString('1').tags();
    },
    decode(reader) {
      const errorCode = reader.int16();
      reader.compactArray((r) => {
        r.int16();
        r.int16();
        r.int16();
        r.tags();
      });
      reader.int32(); // throttle time
      const finalizedFeatures = new Map<string, number>();
      reader.tags((tag, field) => {
        if (tag === FINALIZED_FEATURES_TAG) readFeatures(field, finalizedFeatures);
      });
      return { errorCode, finalizedFeatures };
    },
  };
}

function readFeatures(reader: Reader, into: Map<string, number>): void {
  reader.compactArray((r) => {
    const name = r.compactString();
    const maxLevel = r.int16();
    r.int16(); // minimum level
    r.tags();
    into.set(name, maxLevel);
  });
}
