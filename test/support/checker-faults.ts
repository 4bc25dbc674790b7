import type { LogRecord, PartitionLogs, ProblemKind } from './checker-types.ts';

type Json = Record<string, unknown>;

export interface Fault {
  name: string;
  found: ProblemKind;
  seed: (logs: PartitionLogs) => void;
}

/** Each is made in the topics of a flawless run, and must be found. */
export const faults: Fault[] = [
  { name: 'a result is lost', found: 'lost result', seed: ({ averages }) => averages.splice(100, 1) },
  {
    name: 'a final is lost',
    found: 'lost result',
    seed: ({ averages }) => averages.splice(finalAt(averages), 1),
  },
  {
    name: 'a result is doubled',
    found: 'doubled result',
    seed: ({ averages }) => averages.splice(100, 0, averages[99]!),
  },
  {
    name: 'a total is off by a part in 1e9',
    found: 'wrong result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => (json['total'] = Number(json['total']) * (1 + 1e-9))),
  },
  {
    name: 'a total is off by a part in 1e11, with its average in step',
    found: 'wrong result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => {
        json['total'] = Number(json['total']) * (1 + 1e-11);
        json['average'] = (json['total'] as number) / Number(json['record_count']);
      }),
  },
  {
    name: 'an average is not total / record_count',
    found: 'wrong result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => (json['average'] = Number(json['average']) * (1 + 2 ** -52))),
  },
  {
    name: 'a standard deviation is that of a sample',
    found: 'wrong result',
    seed: ({ averages }) => {
      const at = indexOf(averages, (json) => Number(json['record_count']) > 3);
      edit(averages, at, (json) => {
        const count = Number(json['record_count']);
        json['stddev'] = Number(json['stddev']) * Math.sqrt(count / (count - 1));
      });
    },
  },
  {
    name: 'one record is counted twice',
    found: 'wrong result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => {
        json['record_count'] = Number(json['record_count']) + 1;
        json['total'] = Number(json['total']) + Number(json['latest']);
        json['average'] = Number(json['total']) / Number(json['record_count']);
      }),
  },
  {
    name: 'an input_offset is another',
    found: 'wrong result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => (json['input_offset'] = Number(json['input_offset']) + 1)),
  },
  {
    name: 'a number is written another way',
    found: 'wrong result',
    seed: ({ averages }) => rewrite(averages, 100, (text) => text.replace(/("revision":\d+)/, '$1.0')),
  },
  {
    name: 'fields stand in another order',
    found: 'wrong result',
    seed: ({ averages }) =>
      rewrite(averages, 100, (text) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
      ),
  },
  {
    name: 'a record key is not the symbol',
    found: 'wrong result',
    seed: ({ averages }) => replace(averages, 100, { key: new TextEncoder().encode('S9') }),
  },
  {
    name: 'a revision is left out',
    found: 'revision gap',
    seed: ({ averages }) => {
      const third = parse(averages[indexOf(averages, (json) => json['revision'] === 3)]!);
      const isSecond = (json: Json) =>
        json['revision'] === 2 &&
        json['window_end'] === third['window_end'] &&
        json['symbol'] === third['symbol'];
      averages.splice(indexOf(averages, isSecond), 1);
    },
  },
  {
    name: 'a revision follows a final',
    found: 'result after the final',
    seed: ({ averages }) => {
      const at = finalAt(averages);
      averages.push(averages[at]!);
      edit(averages, averages.length - 1, (json) => {
        json['revision'] = Number(json['revision']) + 1;
        json['is_final'] = false;
      });
    },
  },
  {
    name: 'a window nobody made is sent',
    found: 'unexplained result',
    seed: ({ averages }) =>
      edit(averages, 100, (json) => (json['window_end'] = Number(json['window_end']) + 1)),
  },
  {
    name: 'two results of one symbol and definition change places',
    found: 'order',
    seed: ({ averages }) => {
      const isOne = (json: Json) => json['symbol'] === 'S1' && json['window'] === 'sliding-10s';
      const first = indexOf(averages, isOne);
      const second = averages.findIndex((record, i) => i > first && isOne(parse(record)));
      [averages[first], averages[second]] = [averages[second]!, averages[first]!];
    },
  },
  { name: 'a late entry is extra', found: 'late record', seed: ({ late }) => late.push(late[0]!) },
  { name: 'a late entry is missing', found: 'late record', seed: ({ late }) => late.pop() },
  {
    name: 'a late entry says a wrong watermark',
    found: 'late record',
    seed: ({ late }) => edit(late, 2, (json) => (json['watermark'] = Number(json['watermark']) + 1)),
  },
  {
    name: 'a late entry leaves a definition out',
    found: 'late record',
    seed: ({ late }) => edit(late, 2, (json) => (json['missed'] = [])),
  },
  { name: 'a dead letter is missing', found: 'dead letter', seed: ({ deadLetters }) => deadLetters.shift() },
  {
    name: 'a dead letter is extra',
    found: 'dead letter',
    seed: ({ deadLetters }) => deadLetters.push(deadLetters[0]!),
  },
  {
    name: 'a reason is another',
    found: 'dead letter',
    seed: ({ deadLetters }) => header(deadLetters, 'reason', 'not_json'),
  },
  {
    name: 'a detail is too long',
    found: 'dead letter',
    seed: ({ deadLetters }) => header(deadLetters, 'detail', 'x'.repeat(1001)),
  },
  {
    name: 'a dead letter names another topic',
    found: 'dead letter',
    seed: ({ deadLetters }) => header(deadLetters, 'input_topic', 'p'),
  },
  {
    name: 'an own header is changed',
    found: 'dead letter',
    seed: ({ deadLetters }) => header(deadLetters, 'trace', ''),
  },
  {
    name: 'a value is not byte for byte',
    found: 'dead letter',
    seed: ({ deadLetters }) => rewrite(deadLetters, 0, (text) => `${text} `),
  },
  { name: 'a journal entry is missing', found: 'journal', seed: ({ journal }) => journal.splice(4, 1) },
  {
    name: 'a journal entry is doubled',
    found: 'journal',
    seed: ({ journal }) => journal.splice(4, 0, journal[4]!),
  },
  {
    name: 'a journal entry counts a record twice',
    found: 'journal',
    seed: ({ journal }) =>
      edit(journal, 4, (json) => {
        json['read'] = Number(json['read']) + 1;
        json['averaged'] = Number(json['averaged']) + 1;
      }),
  },
  {
    name: 'a stretch ends one record early',
    found: 'journal',
    seed: ({ journal }) => {
      edit(journal, 4, (json) => (json['next_offset'] = Number(json['next_offset']) - 2));
      edit(journal, 5, (json) => (json['from_offset'] = Number(json['from_offset']) - 2));
    },
  },
  {
    name: 'a watermark goes back',
    found: 'journal',
    seed: ({ journal }) => edit(journal, 4, (json) => (json['watermark'] = Number(json['watermark']) - 1)),
  },
  {
    name: 'a live silence goes past the cap',
    found: 'journal',
    seed: ({ journal }) => edit(journal, 11, (json) => (json['watermark'] = Number(json['watermark']) + 1)),
  },
  {
    name: 'a live silence was written before its time',
    found: 'journal',
    seed: ({ journal }) => replace(journal, 11, { timestampMs: journal[10]!.timestampMs! + 4999 }),
  },
  {
    name: 'append times are others',
    found: 'journal',
    seed: ({ journal }) => edit(journal, 4, (json) => (json['append_time_max'] = 0)),
  },
  {
    name: 'the end of the input is in no entry',
    found: 'unprocessed',
    seed: ({ journal }) => journal.splice(-2, 2),
  },
  {
    name: 'results are written that no entry covers',
    found: 'journal',
    seed: ({ averages }) => averages.push(averages[averages.length - 1]!),
  },
];

function parse(record: LogRecord): Json {
  return JSON.parse(new TextDecoder().decode(record.value!));
}

function indexOf(log: LogRecord[], isWanted: (json: Json) => boolean): number {
  const index = log.findIndex((record) => isWanted(parse(record)));
  if (index === -1) throw new Error('the fixture has no such record');
  return index;
}

function finalAt(averages: LogRecord[]): number {
  return indexOf(averages, (json) => json['is_final'] === true && json['window'] === 'tumbling-1m');
}

function replace(log: LogRecord[], index: number, changes: Partial<LogRecord>): void {
  log[index] = { ...log[index]!, ...changes };
}

function rewrite(log: LogRecord[], index: number, change: (text: string) => string): void {
  const text = new TextDecoder().decode(log[index]!.value!);
  const changed = change(text);
  if (changed === text) throw new Error(`nothing was changed: ${text}`);
  replace(log, index, { value: new TextEncoder().encode(changed) });
}

function edit(log: LogRecord[], index: number, change: (json: Json) => void): void {
  rewrite(log, index, (text) => {
    const json: Json = JSON.parse(text);
    change(json);
    return JSON.stringify(json);
  });
}

function header(log: LogRecord[], name: string, value: string): void {
  const headers = log[0]!.headers.map((each) =>
    each.key === name ? { key: name, value: new TextEncoder().encode(value) } : each,
  );
  replace(log, 0, { headers });
}
