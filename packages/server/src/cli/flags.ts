import { parseArgs } from 'node:util';
import { quote } from '../grammar.ts';

/** From quiet to talkative, as `pino` has them. */
const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the command was asked for. */
export interface Flags {
  readonly port: number;
  readonly host: string;
  /** From the command line, or else from the environment. */
  readonly apiKeys: readonly string[];
  /** Others on the machine can read them. */
  readonly hasKeyInArguments: boolean;
  readonly hasPasswordInArguments: boolean;
  readonly queryApiKey: boolean;
  readonly open: boolean;
  readonly origins: readonly string[];
  /** Where the log is, if not in memory. It may have a password. */
  readonly redis: string | undefined;
  readonly heartbeatMs: number;
  readonly maxEvents: number;
  readonly drainMs: number;
  readonly demo: boolean;
  readonly logLevel: LogLevel;
}

/** What is to be done: to serve, or to print a text and go. */
export type Command =
  | { readonly kind: 'serve'; readonly flags: Flags }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'misuse'; readonly problem: string };

/** A flag that cannot be. */
class Misuse extends Error {}

const options = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  'api-key': { type: 'string', multiple: true },
  'query-api-key': { type: 'boolean' },
  open: { type: 'boolean' },
  origin: { type: 'string', multiple: true },
  redis: { type: 'string' },
  'heartbeat-ms': { type: 'string' },
  'max-events': { type: 'string' },
  'drain-ms': { type: 'string' },
  demo: { type: 'boolean' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

function whole(
  name: string,
  text: string | undefined,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new Misuse(`--${name}: expected a whole number from ${min} to ${max}, got ${quote(text)}`);
}

function logLevel(text = 'info'): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text);
  if (level) return level;
  throw new Misuse(`--log-level: expected ${LOG_LEVELS.join(', ')}, got ${quote(text)}`);
}

function checkOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw new Misuse(`--origin: expected an origin such as https://app.example, got ${quote(origin)}`);
}

/** Of a key nothing is repeated. */
function checkKey(key: string, where: string): void {
  if (/^[!-~]{16,512}$/.test(key)) return;
  const got = /^[!-~]*$/.test(key) ? key.length : 'another text';
  throw new Misuse(`${where}: expected 16 to 512 printable ASCII characters without blanks, got ${got}`);
}

/** Of a URL nothing is repeated: it may have a password. */
function checkRedis(url: string, where: string): void {
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return;
  const got = url === '' ? '""' : 'another text';
  throw new Misuse(`${where}: expected a URL such as redis://127.0.0.1:6379, got ${got}`);
}

/** What the environment says, where the command line would show it to others. */
export interface Secrets {
  /** Separated by commas; used besides those of the command line. */
  readonly apiKeys?: string | undefined;
  /** Used where the command line has none. */
  readonly redis?: string | undefined;
}

function readFlags(args: readonly string[], secrets: Secrets): Command {
  const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const redis = values.redis ?? secrets.redis;
  if (redis !== undefined) checkRedis(redis, values.redis === undefined ? 'PUSHSTREAM_REDIS_URL' : '--redis');
  const given = values['api-key'] ?? [];
  const fromEnvironment =
    secrets.apiKeys
      ?.split(',')
      .map((key) => key.trim())
      .filter(Boolean) ?? [];
  for (const key of given) checkKey(key, '--api-key');
  for (const key of fromEnvironment) checkKey(key, 'PUSHSTREAM_API_KEY');
  const apiKeys = [...new Set([...given, ...fromEnvironment])];
  // Node would listen at every address of the machine.
  if (values.host === '') throw new Misuse('--host: expected an address, got ""');
  const open = values.open ?? false;
  if (open && given.length > 0) throw new Misuse('--open: expected no --api-key beside it, got one');
  const origins = values.origin ?? [];
  for (const origin of origins) checkOrigin(origin);
  const flags: Flags = {
    port: whole('port', values.port, 4_400, [0, 65_535]),
    host: values.host ?? '127.0.0.1',
    apiKeys: open ? [] : apiKeys,
    hasKeyInArguments: given.length > 0,
    hasPasswordInArguments: values.redis !== undefined && new URL(values.redis).password !== '',
    redis,
    queryApiKey: values['query-api-key'] ?? false,
    open,
    origins,
    heartbeatMs: whole('heartbeat-ms', values['heartbeat-ms'], 15_000, [100, 600_000]),
    maxEvents: whole('max-events', values['max-events'], 10_000, [1, 16_777_216]),
    drainMs: whole('drain-ms', values['drain-ms'], 10_000, [0, 3_600_000]),
    demo: values.demo ?? false,
    logLevel: logLevel(values['log-level']),
  };
  return { kind: 'serve', flags };
}

const hasCode = (error: unknown, prefix: string): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith(prefix);

/** Its first sentence says what is wrong, but for one word; the others guess. */
const problemOf = ({ message }: Error): string =>
  (message.split(/\.\s/)[0] ?? '').replace(
    'is ambiguous',
    'missing: what begins with "-" is another option, except behind a "="',
  );

/** Reads the command line, and what the environment has besides. */
export function parseFlags(args: readonly string[], secrets: Secrets = {}): Command {
  try {
    return readFlags(args, secrets);
  } catch (error) {
    if (error instanceof Misuse) return { kind: 'misuse', problem: error.message };
    if (hasCode(error, 'ERR_PARSE_ARGS')) return { kind: 'misuse', problem: problemOf(error) };
    throw error;
  }
}
