import { type Remote, start } from '../support/remote.ts';
import type { ContestantOptions } from './contestants.ts';
import type { Host } from './host.ts';
import type { Readers } from './readers.ts';

/** A server in a process of its own, and its readers in others. */
export interface Running {
  readonly name: string;
  readonly host: Remote<Host>;
  readonly port: number;
  /** Shares the work among all processes of readers. */
  all<Result>(work: (readers: Remote<Readers>) => Promise<Result>): Promise<Result[]>;
  stop(): Promise<void>;
}

const argument = (name: string): string | undefined =>
  process.argv.find((given) => given.startsWith(`--${name}=`))?.slice(name.length + 3);

/** How often, instead of as often as it is meant to be. */
export const roundsOr = (rounds: number): number => Number(argument('rounds') ?? rounds);

/** The one part that is to be run. */
export const only = (): string | undefined => argument('only');

/** `--profile=<folder>`: where each server leaves its profile. */
const profile = argument('profile');
const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];

/** V8 lets its young generation grow with what is allocated, to 128 MB; here it has its size from the beginning. */
const young = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/** How a server is run. */
export interface RunOptions extends ContestantOptions {
  /** It is about its memory. @default false */
  readonly isWeighed?: boolean;
  /** Processes of readers. @default 1 */
  readonly processes?: number;
}

export async function run(name: string, given: RunOptions): Promise<Running> {
  const { isWeighed = false, processes = 1, ...options } = given;
  const execArgv = [...profiling, ...(isWeighed ? ['--expose-gc', ...young] : [])];
  const host = start<Host>(new URL('host.ts', import.meta.url), [name, JSON.stringify(options)], execArgv);
  const readers = Array.from({ length: processes }, () => start<Readers>(new URL('readers.ts', import.meta.url)));
  return {
    name,
    host,
    port: await host.call('port'),
    all: (work) => Promise.all(readers.map((one) => work(one))),
    async stop() {
      await Promise.all([...readers, host].map((one) => one.stop()));
    },
  };
}

/** Each round begins with another one: nobody always runs behind the same neighbour. */
export function inTurn<Item>(items: readonly Item[], round: number): Item[] {
  const first = round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
