import { caseSeed } from '../support/random.ts';
import { type Cycle, runCycle } from './cycle.ts';
import { emptyVerdict, merge, type Verdict } from './judge.ts';
import type { Trouble } from './troubles.ts';
import { createWorld, type World } from './world.ts';

/** What all cycles of one trouble have shown. */
export interface Outcome {
  readonly trouble: Trouble;
  readonly verdict: Verdict;
  cycles: number;
  published: number;
  refused: number;
  unanswered: number;
  reconnects: number;
  /** Of every client in every cycle, in milliseconds. */
  readonly recoveries: number[];
}

/** How much, and what of it. */
export interface ChaosOptions {
  readonly troubles: readonly Trouble[];
  /** Of each trouble. */
  readonly cycles: number;
  readonly clients: number;
  readonly seed: number;
  /** Told after each cycle. */
  readonly progress?: (outcome: Outcome) => void;
}

const begin = (trouble: Trouble): Outcome => ({
  trouble,
  verdict: emptyVerdict(),
  cycles: 0,
  published: 0,
  refused: 0,
  unanswered: 0,
  reconnects: 0,
  recoveries: [],
});

function add(outcome: Outcome, cycle: Cycle): void {
  outcome.cycles += 1;
  for (const name of ['published', 'refused', 'unanswered', 'reconnects'] as const) outcome[name] += cycle[name];
  outcome.recoveries.push(...cycle.recoveries);
  merge(outcome.verdict, cycle.verdict);
}

/** What the instances had to say, where something went wrong. */
const lastWords = ({ cluster }: World): string[] =>
  cluster.instances.flatMap(({ name, log }) => log.slice(-5).map((line) => `${name}: ${line}`));

/** One after the other; what went wrong is in the verdicts. */
export async function* runChaos(options: ChaosOptions): AsyncGenerator<Outcome, void> {
  const { troubles, cycles, clients, seed, progress } = options;
  let worlds = 0;
  const next = (): Promise<World> => createWorld(clients, caseSeed(seed, (worlds += 1)));
  let world = await next();
  try {
    for (const trouble of troubles) {
      const outcome = begin(trouble);
      const { violations } = outcome.verdict;
      while (outcome.cycles < cycles) {
        const before = violations.length;
        try {
          add(outcome, await runCycle(trouble, world));
        } catch (error) {
          outcome.cycles += 1;
          violations.push(`the cycle failed: ${String(error)}`);
        }
        progress?.(outcome);
        if (violations.length === before) continue;
        violations.push(`so it was in cycle ${outcome.cycles}`, ...lastWords(world));
        // What went wrong there is not to be found again in every cycle that follows.
        await world[Symbol.asyncDispose]();
        world = await next();
      }
      yield outcome;
    }
  } finally {
    await world[Symbol.asyncDispose]();
  }
}
