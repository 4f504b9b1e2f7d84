import { parseArgs } from 'node:util';
import { type Trouble, troubles } from './troubles.ts';

/** What `npm run chaos` is asked for. */
export interface Flags {
  readonly cycles: number;
  readonly clients: number;
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  /** Writes the result into docs/reliability.md. */
  readonly report: boolean;
}

export const HELP = `npm run chaos -- [flags]: troubles for a cluster on this machine

  --cycles=N   of each trouble (100)
  --only=TEXT  troubles whose name has this in it (all)
  --clients=N  (200)
  --seed=N     what happens when; printed, and a fresh one where none is given
  --report     writes the result into docs/reliability.md
  --help       prints this

Troubles: ${troubles.map(({ name }) => name).join('; ')}`;

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new RangeError(`--${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}

/**
 * The command line → what it asks for; `undefined`: for help.
 *
 * @param freshSeed Where none is given.
 * @throws {Error} Says what was expected, and what came.
 */
export function parseFlags(args: readonly string[], freshSeed: number): Flags | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cycles: { type: 'string', default: '100' },
      only: { type: 'string', default: '' },
      clients: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(freshSeed) },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, report } = values;
  if (values.help) return undefined;
  if (report && only !== '') throw new Error('--report: expected all troubles, got --only');
  const chosen = troubles.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  // A table of nothing would read as one in which nothing was lost.
  if (chosen.length === 0) throw new Error(`--only: expected a part of a trouble's name, got ${JSON.stringify(only)}`);
  return {
    cycles: whole('cycles', values.cycles, 1, 100_000),
    clients: whole('clients', values.clients, 1, 10_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    troubles: chosen,
    report,
  };
}
