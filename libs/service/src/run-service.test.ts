import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../testing/service-main.ts', import.meta.url));

interface Ended {
  code: number | null;
  output: string;
  lines: { level: string; msg: string; exit_code?: number; faults?: string[] }[];
  errors: string;
}

/** Runs the example service to its end; `onListening` may send signals. */
async function runExample(
  env: Record<string, string>,
  args: string[] = [],
  onListening?: (kill: (signal: NodeJS.Signals) => void, address: string) => unknown,
): Promise<Ended> {
  const child = spawn(process.execPath, [script, JSON.stringify(env), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let isTold = false;
  child.stderr.on('data', (text) => (errors += text));
  child.stdout.on('data', (text) => {
    output += text;
    const address = /"address":"([^"]+)".*\n/.exec(output)?.[1];
    if (isTold || address === undefined) return;
    isTold = true;
    void onListening?.((signal) => child.kill(signal), address);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = output.startsWith('{')
    ? output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  return { code, output, lines, errors };
}

test('SIGTERM stops it once, last registered first, with exit code 0', async () => {
  const { code, lines } = await runExample({}, [], (kill) => kill('SIGTERM'));
  expect(code).toBe(0);
  expect(lines.slice(-4).map(({ msg }) => msg)).toEqual([
    'stopping: asked to stop by SIGTERM',
    'last registered, first stopped',
    'first registered, last stopped',
    'stopped',
  ]);
});

test('a second signal ends it at once', async () => {
  const { code, lines } = await runExample({ ACTION: 'stuck' }, [], async (kill, address) => {
    kill('SIGINT');
    // HTTP is up until the last stop function: when it says stopping, the first signal has been seen.
    for (let status = ''; status !== 'stopping'; ) {
      const body = (await (await fetch(`${address}/readyz`)).json()) as { status: string };
      status = body.status;
    }
    kill('SIGINT');
  });
  expect(code).toBe(1);
  expect(lines.at(-1)!.msg).toBe('second signal (SIGINT): ending at once');
});

test('work that is done ends it with 0', async () => {
  const { code, lines } = await runExample({ ACTION: 'done' });
  expect(code).toBe(0);
  expect(lines.map(({ msg }) => msg)).toContain('stopping: the work is done');
});

test.each([
  ['throw', 1, 'ended by an error: cannot start: broken'],
  ['fail', 1, 'ended by an error: lost its way'],
  ['reject', 1, 'ended by an error: nobody caught this'],
  ['bad-stop', 1, 'ended by an error: cannot close'],
  ['exit-3', 3, 'ended by an error: input truncated; remedy: reset to a later offset'],
])('ACTION=%s ends with %d, and its last line names the error', async (action, exitCode, msg) => {
  const { code, lines } = await runExample({ ACTION: action });
  expect(code).toBe(exitCode);
  expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg, exit_code: exitCode });
});

test('bad settings end it with 2 before anything is started, all in the last line', async () => {
  const { code, lines } = await runExample({ HTTP_PORT: 'x', ACTION: 'y', LOG_LEVEL: 'z' });
  expect(code).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]!.faults).toEqual([
    expect.stringMatching(/^LOG_LEVEL=z: one of/),
    'HTTP_PORT=x: a whole number from 0 to 65535',
    expect.stringMatching(/^ACTION=y: one of/),
  ]);
});

test('the settings in force are logged once, without secrets', async () => {
  const { output } = await runExample(
    {
      ACTION: 'done',
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'hunter22',
    },
    [],
  );
  expect(output.match(/"msg":"settings"/g)).toHaveLength(1);
  expect(output).toContain('"KAFKA_SASL_PASSWORD":"[secret]"');
  expect(output).not.toContain('hunter22');
});

test('--check says whether the settings are right and starts nothing', async () => {
  const right = await runExample({}, ['--check']);
  expect([right.code, right.lines.map(({ msg }) => msg)]).toEqual([0, ['settings are right']]);
  expect((await runExample({ HTTP_PORT: 'x' }, ['--check'])).code).toBe(2);
});

test('--help shows settings, defaults and exit codes, whatever the settings are', async () => {
  const { code, output } = await runExample({ HTTP_PORT: 'x' }, ['--help']);
  expect(code).toBe(0);
  expect(output).toMatch(/^An example for tests\.\n\nUsage: npm run example/);
  expect(output).toMatch(/^KAFKA_BROKERS +host:port,… +localhost:9092 /m);
  expect(output).toContain('Exit codes: 0');
});

test('an unknown argument is refused', async () => {
  const { code, errors } = await runExample({}, ['--chek']);
  expect(code).toBe(2);
  expect(errors).toBe('unknown argument: --chek, wanted --help, --check or none\n');
});
