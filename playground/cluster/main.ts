/**
 * `npm run cluster`: Redis, instances of `pushstream-server`, a balancer, and the playground's page before them, until
 * Ctrl+C. An instance that goes down is started again after a moment, as a supervisor does.
 */
import { parseArgs } from 'node:util';
import { type Cluster, startCluster } from './cluster.ts';
import type { Instance } from './instance.ts';
import { buildPage } from '../page.ts';
import { startPlayground } from '../server/playground.ts';
import { hasRedis } from './redis.ts';

const RESTART_MS = 3_000;
const PAGE_PORT = 4310;
/** What somebody who watches has the patience for. */
const PACE = { heartbeatMs: 1_000, drainMs: 3_000 };

const HELP = `npm run cluster -- [flags]: servers on one Redis, a balancer, and a page to break them

  --instances=N  servers, 1 to 20 (3)
  --port=N       of the balancer; 0: any that is free (4400)
  --help         prints this`;

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  return fail(`--${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}

function readFlags(): { readonly instances: number; readonly port: number } {
  try {
    const { values } = parseArgs({
      options: {
        instances: { type: 'string', default: '3' },
        port: { type: 'string', default: '4400' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return { instances: whole('instances', values.instances, 1, 20), port: whole('port', values.port, 0, 65_535) };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const line = ({ name, state, url, pid }: Instance): string =>
  `  ${name.padEnd(11)}${state.padEnd(10)}${url}  ${pid === undefined ? '' : `kill -9 ${pid}`}`;

function banner(page: string, { url, apiKey, redis, instances }: Cluster): string {
  const json = `-H 'Content-Type: application/json'`;
  const body = `'{"type":"hello","data":{"text":"Hello"}}'`;
  return [
    '',
    `  Page       ${page}`,
    `  Balancer   ${url}`,
    `  Redis      ${redis.url}`,
    ...instances.map(line),
    '',
    `  Read       curl -N ${url}/events`,
    `  Publish    curl ${url}/publish/demo -H 'Authorization: Bearer ${apiKey}' ${json} -d ${body}`,
    `  Break it   kill -9, or kill (drains): it is started again after ${RESTART_MS / 1_000} s; kill -STOP, then -CONT`,
    '  End        Ctrl+C',
    '',
  ].join('\n');
}

/** Tells what becomes of the instances, and starts those again that are down. */
function supervise(cluster: Cluster): void {
  const states = new Map(cluster.instances.map((instance) => [instance, instance.state]));
  cluster.watch(() => {
    for (const instance of cluster.instances) {
      if (states.get(instance) === instance.state) continue;
      states.set(instance, instance.state);
      console.log(line(instance));
      if (instance.state !== 'down') continue;
      setTimeout(() => void instance.start().catch((error: unknown) => console.error(String(error))), RESTART_MS);
    }
  });
}

const flags = readFlags();
if (!hasRedis()) {
  fail(
    'Expected a redis-server on the PATH: on Debian, apt-get install redis-server; `npm run cluster` tries that as root.',
  );
}
try {
  let cluster: Cluster | undefined;
  const playground = await startPlayground({
    folder: await buildPage(),
    port: PAGE_PORT,
    orNext: true,
    async cluster(origins) {
      cluster = await startCluster({ ...flags, ...PACE, origins, apiKey: process.env['PUSHSTREAM_API_KEY'] });
      return cluster;
    },
  });
  if (cluster) {
    console.log(banner(playground.url, cluster));
    supervise(cluster);
  }
  const end = async (): Promise<void> => {
    await playground.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const problem = isTaken ? `port ${flags.port} is taken; --port= names another` : String(error);
  fail(`The cluster could not start: ${problem}`);
}
