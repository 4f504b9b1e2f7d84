import type { Suspicion } from '../connection/state.ts';
import type { Environment } from '../environment.ts';

/**
 * The device has a network again: what was open may belong to the old one, and to wait is pointless now. That it has
 * none is no news of the stream: many streams live on.
 *
 * @see https://html.spec.whatwg.org/multipage/system-state.html#navigator.online
 */
export function watchNetwork({ page }: Environment, suspect: (suspicion: Suspicion) => void): () => void {
  return page.listen('online', () => suspect('online'));
}
