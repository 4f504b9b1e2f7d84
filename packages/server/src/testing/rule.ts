import type { Power } from './harness.ts';
import type { World } from './world.ts';

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
