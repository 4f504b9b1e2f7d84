import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../../packages/server/src/cli/flags.ts';
import { help } from '../../../packages/server/src/cli/help.ts';
import { errorParts, humanLine, printable } from '../../../packages/server/src/cli/log.ts';
import { LogUnavailableError } from '../../../packages/server/src/errors.ts';

const KEY = 'abcdefghijklmnop';

describe('the command line', () => {
  test('without flags everything has a default', () => {
    expect(parseFlags([])).toEqual({
      kind: 'serve',
      flags: {
        port: 4_400,
        host: '127.0.0.1',
        apiKeys: [],
        hasKeyInArguments: false,
        hasPasswordInArguments: false,
        redis: undefined,
        queryApiKey: false,
        open: false,
        origins: [],
        heartbeatMs: 15_000,
        maxEvents: 10_000,
        drainMs: 10_000,
        demo: false,
        logLevel: 'info',
      },
    });
  });

  test('every flag is taken', () => {
    const args =
      `--port 80 --host 0.0.0.0 --api-key ${KEY} --api-key ${KEY}2 --query-api-key --origin https://a.example ` +
      '--origin http://localhost:5173 --heartbeat-ms 1000 --max-events 5 --drain-ms 0 --demo --log-level trace';
    expect(parseFlags(args.split(' '))).toEqual({
      kind: 'serve',
      flags: {
        port: 80,
        host: '0.0.0.0',
        apiKeys: [KEY, `${KEY}2`],
        hasKeyInArguments: true,
        hasPasswordInArguments: false,
        redis: undefined,
        queryApiKey: true,
        open: false,
        origins: ['https://a.example', 'http://localhost:5173'],
        heartbeatMs: 1_000,
        maxEvents: 5,
        drainMs: 0,
        demo: true,
        logLevel: 'trace',
      },
    });
  });

  test('keys of the environment are taken beside those of the command line, once each', () => {
    const command = parseFlags(['--api-key', KEY], { apiKeys: ` ${KEY}2 , ${KEY},` });
    expect(command).toMatchObject({ flags: { apiKeys: [KEY, `${KEY}2`], hasKeyInArguments: true } });
    expect(parseFlags([], { apiKeys: KEY })).toMatchObject({ flags: { apiKeys: [KEY], hasKeyInArguments: false } });
  });

  test('--open leaves the keys of the environment aside', () => {
    expect(parseFlags(['--open'], { apiKeys: KEY })).toMatchObject({ flags: { open: true, apiKeys: [] } });
  });

  test.each([
    [['--port', 'abc'], '--port: expected a whole number from 0 to 65535, got "abc"'],
    [['--port', '65536'], '--port: expected a whole number from 0 to 65535, got "65536"'],
    [['--port', '1e3'], '--port: expected'],
    [['--port', ''], '--port: expected'],
    [['--port'], "Option '-p, --port <value>' argument missing"],
    [['--open=yes'], "Option '--open' does not take an argument"],
    [['--port', '-1'], `Option '--port' argument missing: what begins with "-" is another option, except behind a "="`],
    [['--redis', '--open'], "Option '--redis' argument missing: what begins with"],
    [['--port=-1'], '--port: expected a whole number from 0 to 65535, got "-1"'],
    [['--host', ''], '--host: expected an address, got ""'],
    [['--heartbeat-ms', '99'], '--heartbeat-ms: expected a whole number from 100 to 600000, got "99"'],
    [['--max-events', '0'], '--max-events: expected'],
    [['--drain-ms', '1.5'], '--drain-ms: expected'],
    [['--log-level', 'loud'], '--log-level: expected silent, fatal, error, warn, info, debug, trace, got "loud"'],
    [['--origin', 'app.example'], '--origin: expected an origin such as https://app.example, got "app.example"'],
    [['--origin', 'https://app.example/'], '--origin: expected'],
    [['--origin', '*'], '--origin: expected'],
    [['--redis', 'secret'], '--redis: expected a URL such as redis://127.0.0.1:6379, got another text'],
    [['--redis', 'http://user:secret@host'], '--redis: expected a URL such as redis://'],
    [['--open', '--api-key', KEY], '--open: expected no --api-key beside it, got one'],
    [['--redis', ''], '--redis: expected a URL such as redis://127.0.0.1:6379, got ""'],
    [['--api-key', 'short'], '--api-key: expected 16 to 512 printable ASCII characters without blanks, got 5'],
    [['--api-key', 'short, with blanks'], 'without blanks, got another text'],
    [['--nope'], "Unknown option '--nope'"],
    [['serve'], "Unexpected argument 'serve'"],
  ])('%j is refused in one line', (args, problem) => {
    const command = parseFlags(args);
    expect(command).toEqual({ kind: 'misuse', problem: expect.stringContaining(problem) });
    expect(JSON.stringify(command)).not.toMatch(/\\n|secret|short/);
  });

  test('the URL of Redis may come from the environment, where nobody else reads its password', () => {
    const url = 'rediss://:hunter2@host:6380/1';
    expect(parseFlags([], { redis: url })).toMatchObject({ flags: { redis: url, hasPasswordInArguments: false } });
    expect(parseFlags(['--redis', url])).toMatchObject({ flags: { redis: url, hasPasswordInArguments: true } });
    const refused = parseFlags([], { redis: 'hunter2' });
    expect(refused).toMatchObject({ problem: expect.stringMatching(/^PUSHSTREAM_REDIS_URL: expected a URL/) });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
  });

  test('a key of the environment that cannot be is refused, and not repeated', () => {
    const command = parseFlags([], { apiKeys: 'hunter2' });
    expect(command).toMatchObject({
      kind: 'misuse',
      problem: expect.stringMatching(/^PUSHSTREAM_API_KEY: expected 16/),
    });
    expect(JSON.stringify(command)).not.toContain('hunter2');
  });

  test.each(['--help', '-h'])('%s comes before everything but what cannot be read', (flag) => {
    expect(parseFlags([flag, '--port', 'x'])).toEqual({ kind: 'help' });
  });

  test('the help names every flag, and fits a terminal of 80 columns', () => {
    for (const flag of [
      'port host api-key query-api-key open origin redis heartbeat-ms max-events drain-ms demo log-level version help',
    ].flatMap((names) => names.split(' '))) {
      expect(help).toContain(`--${flag}`);
    }
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a line of the log', () => {
  const line = (parts: object): string => JSON.stringify({ level: 'info', time: '2026-01-02T03:04:05.678Z', ...parts });

  test('is short for a person', () => {
    expect(humanLine(line({ port: 80, who: 'a b', msg: 'listening' }), false)).toBe(
      '03:04:05 info  listening  port=80 who="a b"\n',
    );
    expect(humanLine(line({ msg: 'stopped' }), false)).toBe('03:04:05 info  stopped\n');
  });

  test.each(['\u001b[2J', '\u009b31m', '\r', '\n', '\u0007', '\u2028', '\u202e', '\u200b', '\u0000'])(
    'S49: what a terminal would obey is shown: %j',
    (control) => {
      const text = humanLine(line({ msg: `a${control}b`, [`k${control}`]: `v${control}` }), false);
      expect(text.trimEnd()).not.toContain(control);
      expect(text.split('\n')).toHaveLength(2);
      expect(text).toContain(`a\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
    },
  );

  test('S49: what anybody writes stays as it is', () => {
    expect(printable('Grüße, 東京 👩‍🚀 ok')).toBe('Grüße, 東京 👩‍🚀 ok');
  });

  test('S49: an error is told without passwords in URLs, without its stack and its cause', () => {
    const error = Object.assign(new Error('connect redis://user:hunter2@host:6379 failed', { cause: 'hunter2' }), {
      code: 'ECONNREFUSED',
    });
    expect(errorParts(error)).toEqual({
      error: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect redis://host:6379 failed',
    });
    expect(errorParts('hunter2')).toEqual({ error: 'string' });
  });

  test.each([
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new Error('gone', { cause: Object.assign(new Error('hunter2'), { code: 'ENOTFOUND' }) }), 'ENOTFOUND'],
    [Object.assign(new Error('hunter2 was wrong'), { code: 'hunter2' }), undefined],
    [new Error('HUNTER2 was wrong'), undefined],
  ])('a log that is away is told with the word for why, and no more of it: %s', (cause, because) => {
    const told = errorParts(new LogUnavailableError('Expected a connection from Redis, got none', { cause }));
    expect(told).toEqual({
      error: 'LogUnavailableError',
      code: 'log-unavailable',
      message: 'Expected a connection from Redis, got none',
      ...(because === undefined ? {} : { because }),
    });
  });
});
