import type { Logger } from 'pino';
import { apiKeys, type ApiKeyRing, generateKey } from '../auth/index.ts';
import { createPushStream } from '../create.ts';
import { createDemo } from '../demo.ts';
import type { Environment } from '../environment.ts';
import { isClientId } from '../grammar.ts';
import type { Authorize } from '../grant.ts';
import { hostEnvironment } from '../host.ts';
import { isLoopback } from '../host-name.ts';
import { serve } from '../http/index.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import { simulateTasks } from '../tasks.ts';
import type { Flags } from './flags.ts';
import { errorParts } from './log.ts';
import { createLogReturn } from './log-return.ts';

/** A server as the command runs it. */
export interface Running {
  readonly url: string;
  /** Of the keys that may publish. */
  readonly fingerprints: readonly string[];
  /** The key that was made for this run, if one was. */
  readonly madeKey: string | undefined;
  /** Ends the streams over a window, then everything. */
  stop(): Promise<void>;
}

/** How long the tasks of an instance that says nothing more are nobody else's, in milliseconds. */
const TASKS_MS = 10_000;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Streams may be read by everybody. Who brings a key has it checked, and may say who he is: then he
 * gets what is published to that client. Without keys everybody may.
 */
function createAuthorize(keys: ApiKeyRing | undefined): Authorize {
  return (request) => {
    const { headers, url } = request;
    const name = url.searchParams.get('clientId');
    const clientId = isClientId(name) ? { clientId: name } : {};
    if (!keys) return clientId;
    if (!headers.has('authorization') && !headers.has('x-api-key')) return {};
    const grant = keys.authorize(request);
    return 'status' in grant ? grant : { ...grant, ...clientId };
  };
}

/** On a loopback address its own names, and those of the pages that a proxy on this machine serves. */
function hostsOf({ host, origins }: Flags): readonly string[] | undefined {
  if (!isLoopback(host)) return undefined;
  return [...LOOPBACK_HOSTS, host, ...origins.map((origin) => new URL(origin).hostname)];
}

/** In memory, or in Redis: only who asks for that needs what it takes. */
async function openLog({ redis, maxEvents }: Flags, environment: Environment): Promise<Log> {
  if (redis === undefined) return memoryLog({ maxEvents });
  const { redisLog } = await import('../redis/index.ts');
  return redisLog({ url: redis, maxEvents }, environment);
}

/**
 * Starts a server.
 *
 * @throws {Error} What Node says where it cannot listen.
 */
export async function run(flags: Flags, logger: Logger): Promise<Running> {
  const reported = createLogReturn(
    () => push.cursor(),
    () => logger.info({}, 'the log answers again'),
    hostEnvironment,
  );
  const environment: Environment = {
    ...hostEnvironment,
    reportError(error, where) {
      logger.error({ where, ...errorParts(error) }, 'failed');
      reported(where);
    },
  };
  const madeKey = flags.open || flags.apiKeys.length > 0 ? undefined : generateKey();
  const keys = flags.open ? undefined : apiKeys(madeKey === undefined ? flags.apiKeys : [madeKey]);
  const push = createPushStream({
    log: await openLog(flags, environment),
    heartbeatMs: flags.heartbeatMs,
    authorize: createAuthorize(keys),
    environment,
  });
  const { port, host, origins, queryApiKey, open } = flags;
  const hosts = hostsOf(flags);
  const demo = createDemo(push, environment);
  const served = await serve(push, {
    port,
    host,
    origins,
    hosts,
    keys,
    open,
    demo,
    apiKeyInQuery: queryApiKey,
    logger,
    environment,
  });
  if (flags.demo) {
    const owner = environment.token();
    const isTurn = (): Promise<boolean> => push.shared.claim('tasks', owner, TASKS_MS).catch(() => false);
    push.source(simulateTasks(environment, { isTurn }));
    // Again, where what instances share does not answer yet.
    push.source(async () => void (await demo.start()), { name: 'demo' });
  }
  return {
    url: served.url,
    fingerprints: keys?.list().map(({ fingerprint }) => fingerprint) ?? [],
    madeKey,
    async stop() {
      // Another instance goes on with the demo; whether it hears of it or not, nobody waits for that.
      await Promise.all([demo.leave().catch(() => {}), served.drain({ windowMs: flags.drainMs })]);
      await push.close();
      await served.close();
    },
  };
}
