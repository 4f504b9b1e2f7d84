import type { Behaviour, LogHarness, Power } from './harness.ts';
import { inWorld, type World } from './world.ts';

/** A behaviour that is still to meet an engine. */
export interface Rule {
  readonly name: string;
  readonly needs: readonly Power[];
  prove(world: World): Promise<void>;
}

export const rule = (name: string, prove: (world: World) => Promise<void>, ...needs: readonly Power[]): Rule => ({
  name,
  needs,
  prove,
});

/** Those that a harness can provoke. */
export const behavioursOf = (rules: readonly Rule[], harness: LogHarness): readonly Behaviour[] =>
  rules
    .filter(({ needs }) => needs.every((power) => harness[power] !== undefined))
    .map(({ name, prove }) => ({ name, run: () => inWorld(harness, prove) }));
