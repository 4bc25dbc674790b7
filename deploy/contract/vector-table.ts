import { sampleLines } from './samples.ts';

/** A key, its hash and its partition, of twelve. */
export interface KeyVector {
  key: string;
  hash: number;
  partition: number;
}

export const VECTOR_PARTITIONS = 12;

/** `docs/topics/samples/murmur2.tsv`: where keys have to lie, for producers in other languages. */
export function keyVectors(): KeyVector[] {
  return sampleLines('murmur2').map((line) => {
    const [key, hash, partition] = line.split('\t');
    return { key: key!, hash: Number(hash), partition: Number(partition) };
  });
}

/** The vectors as a Markdown table. */
export function vectorTable(): string {
  const rows = keyVectors().map(({ key, hash, partition }) => `| \`${key}\` | ${hash} | ${partition} |`);
  return [`| key | murmur2 (signed) | partition of ${VECTOR_PARTITIONS} |`, '|---|---|---|', ...rows].join(
    '\n',
  );
}
