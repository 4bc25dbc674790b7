import { defaultTopics } from './messages.ts';

const DAY_MS = 86_400_000;

/** The topics' settings as a Markdown table, under their default names. */
export function topicTable(): string {
  const rows = defaultTopics.map(({ name, partitions, config }) => {
    const retention = Number(config['retention.ms']);
    const cells = [
      `[\`${name}\`](${name}.md)`,
      partitions,
      config['cleanup.policy'],
      retention === -1 ? 'none' : `${retention / DAY_MS} days`,
      config['message.timestamp.type'],
      config['max.message.bytes'] ?? "the broker's",
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = '| topic | partitions | cleanup | retention | timestamps | max.message.bytes |';
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}
