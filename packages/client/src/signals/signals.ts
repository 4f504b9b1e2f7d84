import type { Command, Suspicion } from '../connection/state.ts';
import type { Environment } from '../environment.ts';
import { watchNetwork } from './network.ts';
import { watchPageLifecycle } from './page-lifecycle.ts';
import { watchVisibility } from './visibility.ts';

/** Everything that a page tells of itself, as inputs of the machine; returns what ends it. */
export function watchPage(
  environment: Environment,
  releaseAfterMs: number | undefined,
  send: (command: Command) => void,
): () => void {
  const suspect = (suspicion: Suspicion): void => send({ type: 'suspect', suspicion });
  const ends = [
    watchVisibility(environment, releaseAfterMs, send),
    watchPageLifecycle(environment, suspect),
    watchNetwork(environment, suspect),
  ];
  return () => ends.forEach((end) => end());
}
