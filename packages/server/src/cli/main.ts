import { constants } from 'node:os';
import type { Logger } from 'pino';
import { isLoopback } from '../host-name.ts';
import { banner } from './banner.ts';
import { type Flags, parseFlags } from './flags.ts';
import { help } from './help.ts';
import { createLogger, errorParts, type Output } from './log.ts';
import { type Running, run } from './run.ts';
import { readVersion } from './version.ts';

/** What the command needs of its process. */
export interface Host {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly error: Output;
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
}

/** Codes of exit: it failed, or it was not understood. */
const FAILED = 1;
const MISUSED = 2;

const say = (problem: string): string => `pushstream-server: ${problem}\n`;

/** What keeps it from listening, in words that help. */
function cannotListen(error: unknown, { host, port }: Flags): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use: take another by --port; 0 is one that is free`;
    case 'EACCES':
      return `port ${port} of ${host} may not be listened at: take one above 1023 by --port`;
    case 'ERR_MODULE_NOT_FOUND':
      return '--redis: expected the package redis beside this one: npm install redis';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `--host: expected an address of this machine, got ${JSON.stringify(host)}`;
    default:
      // What the URL of Redis is held to when it is used. It repeats nothing of it.
      if (error instanceof TypeError && error.message.startsWith('options.url: ')) {
        return error.message.replace('options.url', 'the URL of Redis');
      }
      return `it cannot start: ${JSON.stringify(errorParts(error))}`;
  }
}

function warn(flags: Flags, { madeKey }: Running, logger: Logger): void {
  if (flags.open && !isLoopback(flags.host)) {
    logger.warn({ host: flags.host }, 'open: everybody who reaches this address may publish');
  }
  if (flags.hasKeyInArguments) {
    logger.warn({}, '--api-key: others on this machine can read it; PUSHSTREAM_API_KEY they cannot');
  }
  if (flags.hasPasswordInArguments) {
    logger.warn({}, '--redis: others on this machine can read its password; PUSHSTREAM_REDIS_URL they cannot');
  }
  if (flags.redis !== undefined && madeKey !== undefined) {
    logger.warn({}, 'the key is good at this instance only: give all on the same Redis one by PUSHSTREAM_API_KEY');
  }
}

/** The first signal empties the server, the second ends it. */
function stopAtSignals(host: Host, running: Running, { drainMs }: Flags, logger: Logger): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    host.on(signal, () => {
      if (isStopping) return host.exit(128 + constants.signals[signal]);
      isStopping = true;
      logger.info({ signal, drainMs }, 'draining: a second signal ends it at once');
      return void running.stop().then(
        () => {
          logger.info({}, 'stopped');
          host.exit(0);
        },
        (error: unknown) => {
          logger.error(errorParts(error), 'stopped, but not in order');
          host.exit(FAILED);
        },
      );
    });
  }
}

async function start(flags: Flags, host: Host): Promise<void> {
  const logger = createLogger(flags.logLevel, host.out, !host.variables['NO_COLOR']);
  let running: Running;
  try {
    running = await run(flags, logger);
  } catch (error) {
    host.error.write(say(cannotListen(error, flags)));
    host.exit(FAILED);
    return;
  }
  const { url, fingerprints, madeKey } = running;
  stopAtSignals(host, running, flags, logger);
  host.error.write(banner({ version: readVersion(), url, flags, madeKey }));
  logger.info({ url, keys: fingerprints.join(' ') || 'none: open' }, 'listening');
  warn(flags, running, logger);
}

/** The command. */
export async function main(host: Host): Promise<void> {
  const command = parseFlags(host.args, {
    apiKeys: host.variables['PUSHSTREAM_API_KEY'],
    redis: host.variables['PUSHSTREAM_REDIS_URL'],
  });
  switch (command.kind) {
    case 'help':
      host.out.write(help);
      break;
    case 'version':
      host.out.write(`${readVersion()}\n`);
      break;
    case 'misuse':
      host.error.write(say(`${command.problem} (--help tells more)`));
      host.exit(MISUSED);
      break;
    case 'serve':
      await start(command.flags, host);
  }
}
