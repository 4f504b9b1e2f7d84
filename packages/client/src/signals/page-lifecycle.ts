import type { Suspicion } from '../connection/state.ts';
import type { Environment } from '../environment.ts';

/**
 * A page that was frozen, or kept aside for the back button, may have lost its stream without a word: Chromium leaves a
 * frozen page's `fetch` waiting for ever.
 *
 * @see https://wicg.github.io/page-lifecycle/
 */
export function watchPageLifecycle({ page }: Environment, suspect: (suspicion: Suspicion) => void): () => void {
  const ends = [
    page.listen('resume', () => suspect('thawed')),
    page.listen('pageshow', ({ persisted }) => {
      if (persisted) suspect('restored');
    }),
  ];
  return () => ends.forEach((end) => end());
}
